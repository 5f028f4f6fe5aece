import Testing

@testable import Measurement

@Suite struct BucketListTests {
  /// The index that versions 1 and 2 gave a duration in nanoseconds, as they computed it.
  private static func listedIndex(of nanoseconds: UInt64) -> Int {
    guard nanoseconds > 0 else { return 0 }
    let scaled = (min(nanoseconds, 1 << 49) - 1) << 14 / 234_375
    let octave = max(0, 63 - scaled.leadingZeroBitCount - 6)
    return octave << 6 + Int(scaled >> UInt64(octave))
  }

  @Test("Every old bucket lies within the one of today that it is read as")
  func places() {
    var value: UInt64 = 0
    while value < 1 << 50 {
      #expect(BucketList.place(of: Self.listedIndex(of: value)) == Distribution.bucketIndex(of: value), "\(value)")
      value += max(1, value / 997)
    }
    #expect(Self.listedIndex(of: .max) + 1 == BucketList.bucketLimit)
  }

  @Test("Old buckets that are one today are added up")
  func merged() {
    var list = BucketList()
    for (step, count) in [(3, 1), (1, 2), (2_000, 4)] as [(UInt64, UInt64)] {
      let isTaken = list.append(step: step, count: count)
      #expect(isTaken)
    }
    #expect(list.buckets.map(\.count) == [3, 4])
    #expect(list.buckets.map(\.index) == [0, BucketList.place(of: 2_004)])
  }

  @Test(
    "Buckets that cannot be are refused",
    arguments: [(0, 1), (1, 0), (1, .max), (.max, 1), (2_600, 1)] as [(UInt64, UInt64)])
  func refused(step: UInt64, count: UInt64) {
    var list = BucketList()
    let first = list.append(step: 0, count: 1)
    #expect(first)
    let second = list.append(step: step, count: count)
    #expect(!second)
  }
}
