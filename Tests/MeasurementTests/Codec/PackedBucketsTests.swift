import Testing
import Wire

@testable import Measurement

@Suite struct PackedBucketsTests {
  private func packed(_ distribution: Distribution) -> [UInt8] {
    var bytes: [UInt8] = []
    PackedBuckets.write(distribution.buckets, total: distribution.count, into: &bytes)
    return bytes
  }

  private func read(_ bytes: [UInt8], like distribution: Distribution) -> (buckets: [Distribution.Bucket]?, bytes: Int)
  {
    var bits = BitReader(bytes[...])
    let buckets = PackedBuckets.read(
      distribution.buckets.count, total: distribution.count, minimum: distribution.minimum ?? 0, from: &bits)
    return (buckets, bits.wholeBytes)
  }

  @Test("One bucket takes no byte: its minimum and its count say all")
  func single() {
    let distribution = Distribution([5_000_000, 5_000_001])
    #expect(packed(distribution).isEmpty)
    #expect(read([0xff], like: distribution) == (distribution.buckets, 0))
  }

  @Test("Counts and steps are Exponential-Golomb codes")
  func bits() {
    // Counts 1, 5 and 3 at steps 1 and 3; the mean of 3 makes the order 1. Count − 1 = 0 and 4, step − 1 = 0 and 2:
    // 10, 1, 0110 and 011, with the fill of zeros.
    let buckets = [(0, 1), (1, 5), (4, 3)].map { Distribution.Bucket(index: $0.0, count: $0.1) }
    var bytes: [UInt8] = []
    PackedBuckets.write(buckets, total: 9, into: &bytes)
    #expect(bytes == [0x01, 0b1010_1100, 0b1100_0000])
    var bits = BitReader(bytes[...])
    #expect(PackedBuckets.read(3, total: 9, minimum: 0, from: &bits) == buckets)
  }

  @Test("What was packed comes back, whatever was measured", arguments: 1...40 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let greatest = UInt64(1) << UInt64.random(in: 1...63, using: &random)
    var distribution = Distribution((0..<Int(seed * 20)).map { _ in UInt64.random(in: 0...greatest, using: &random) })
    for _ in 0..<seed { distribution.merge(distribution) }
    let bytes = packed(distribution)
    #expect(read(bytes + [0xff], like: distribution) == (distribution.buckets, bytes.count))
  }

  @Test("The greatest counts are held")
  func greatestCounts() {
    for counts: [UInt64] in [[.max - 1, 1], [1, .max - 1], [.max - 2, 1, 1]] {
      let buckets = counts.enumerated().map { Distribution.Bucket(index: UInt16($0.offset * 9), count: $0.element) }
      var bytes: [UInt8] = []
      PackedBuckets.write(buckets, total: .max, into: &bytes)
      var bits = BitReader(bytes[...])
      #expect(PackedBuckets.read(counts.count, total: .max, minimum: 0, from: &bits) == buckets)
    }
  }

  @Test("Counts above the total, buckets above the last and fill that is not zero are refused")
  func refused() {
    func buckets(_ bytes: [UInt8], total: UInt64 = 9, count: Int = 3) -> [Distribution.Bucket]? {
      var bits = BitReader(bytes[...])
      return PackedBuckets.read(count, total: total, minimum: 0, from: &bits)
    }
    #expect(buckets([0x01, 0b1010_1100, 0b1100_0000]) != nil)
    #expect(buckets([0x01, 0b1010_1100, 0b1100_0001]) == nil)
    #expect(buckets([0x01, 0b1010_1100, 0b1100_0000], total: 6) == nil)
    #expect(buckets([0x40, 0b1010_1100, 0b1100_0000]) == nil)
    // A step of 2,048.
    #expect(buckets([0x00, 0b1000_0000, 0b0000_1000, 0, 0], total: 2, count: 2) == nil)
    #expect(buckets([0x01, 0b1010_1100]) == nil)
    #expect(buckets([]) == nil)
  }
}

private func == (left: ([Distribution.Bucket]?, Int), right: ([Distribution.Bucket]?, Int)) -> Bool {
  left.0 == right.0 && left.1 == right.1
}
