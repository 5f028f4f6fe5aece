import Testing
import Wire

@testable import SFU

@Suite("Missing packets")
struct MissingPacketsTests {
  private static func time(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
  }

  private static func due(_ missing: inout MissingPackets, _ milliseconds: Int64, oldest: Int64 = 0) -> ([UInt16], Bool)
  {
    var wanted = InlineArray<64, UInt16>(repeating: 0)
    let due = missing.takeDue(at: time(milliseconds), roundTrip: 40_000_000, oldest: oldest, into: &wanted)
    return ((0..<due.count).map { wanted[$0] }, due.hasGivenUp)
  }

  @Test("A hole is asked for after 10 ms, and again after a round trip and a quarter")
  func timing() {
    var missing = MissingPackets()
    #expect(missing.note(65_535..<65_538, at: Self.time(0)) == true)
    #expect(missing.nextDue == Self.time(10))
    #expect(Self.due(&missing, 9).0 == [])
    #expect(Self.due(&missing, 10).0 == [65_535, 0, 1])
    #expect(Self.due(&missing, 59).0 == [])
    #expect(missing.remove(65_536) == 1)
    #expect(missing.remove(65_536) == nil)
    #expect(Self.due(&missing, 60).0 == [65_535, 1])
  }

  @Test("After ten tries, or once it has left the ring, a hole is given up")
  func givenUp() {
    var missing = MissingPackets()
    _ = missing.note(5..<6, at: Self.time(0))
    for attempt in 0..<10 {
      let (numbers, hasGivenUp) = Self.due(&missing, 10 + Int64(attempt) * 50)
      #expect(numbers == [5] && !hasGivenUp)
    }
    #expect(Self.due(&missing, 10 + 500) == ([], true))
    #expect(missing.nextDue == .never)
    _ = missing.note(7..<8, at: Self.time(1000))
    #expect(Self.due(&missing, 1010, oldest: 8) == ([], true))
  }

  @Test("More holes than it holds are given up at once")
  func bounded() {
    var missing = MissingPackets()
    #expect(missing.note(0..<100, at: Self.time(0)) == true)
    #expect(missing.note(200..<300, at: Self.time(0)) == false)
    #expect(missing.count == 0)
    #expect(missing.note(0..<128, at: Self.time(0)) == true)
  }

  @Test("What lies before a keyframe is wanted no more")
  func keyframe() {
    var missing = MissingPackets()
    _ = missing.note(10..<20, at: Self.time(0))
    missing.removeAll(before: 18)
    #expect(missing.count == 2)
    #expect(Self.due(&missing, 10).0 == [18, 19])
    missing.removeAll()
    #expect(missing.nextDue == .never)
  }
}
