import Testing
import Wire

@Suite("Sequence numbers")
struct SequenceNumberTests {
  @Test(
    "Distances go the shorter way round",
    arguments: [(1, 0, 1), (0, 65535, 1), (65535, 0, -1), (32767, 0, 32767), (32768, 0, -32768)]
      as [(UInt16, UInt16, Int16)])
  func distance(number: UInt16, other: UInt16, expected: Int16) {
    #expect(number.serialDistance(from: other) == expected)
  }

  @Test("Timestamps too")
  func timestamps() {
    #expect(UInt32(5).serialDistance(from: .max - 4) == 10)
    #expect((UInt32.max - 4).serialDistance(from: 5) == -10)
  }

  @Test("Numbers grow over any number of wraps")
  func wraps() {
    var unwrapper = SequenceUnwrapper()
    for number in 65_000...300_000 {
      #expect(unwrapper.unwrap(UInt16(truncatingIfNeeded: number)) == Int64(number))
    }
    #expect(unwrapper.highest == 300_000)
  }

  @Test("A late packet is below the highest, also across the wrap and before the first")
  func late() {
    var unwrapper = SequenceUnwrapper()
    #expect(unwrapper.highest == nil)
    #expect(unwrapper.unwrap(1) == 1)
    #expect(unwrapper.unwrap(65535) == -1)
    #expect(unwrapper.highest == 1)
    #expect(unwrapper.unwrap(2) == 2)
  }

  @Test("A look ahead remembers nothing")
  func peek() {
    var unwrapper = SequenceUnwrapper()
    #expect(unwrapper.peek(7) == 7)
    #expect(unwrapper.highest == nil)
    _ = unwrapper.unwrap(65535)
    #expect(unwrapper.peek(3) == 65539)
    #expect(unwrapper.highest == 65535)
  }
}
