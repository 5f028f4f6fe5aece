import Testing
import Wire

@Suite("Both clocks at one instant")
struct ClockReadingTests {
  @Test("A reading translates both ways")
  func reading() {
    let reading = ClockReading(monotonic: MonotonicTime(nanoseconds: 50), wall: WallTime(seconds: 1_000))
    let later = MonotonicTime(nanoseconds: 80)
    #expect(reading.wallTime(at: later) == WallTime(nanoseconds: 1_000_000_000_030))
    #expect(reading.monotonicTime(at: WallTime(nanoseconds: 1_000_000_000_030)) == later)
  }

  @Test("A wall clock that was set shows as a step")
  func step() {
    let first = ClockReading(monotonic: MonotonicTime(nanoseconds: 0), wall: WallTime(seconds: 10))
    let second = ClockReading(monotonic: MonotonicTime(nanoseconds: 1_000_000_000), wall: WallTime(seconds: 9))
    #expect(second.wallClockStep(since: first) == -2_000_000_000)
  }
}
