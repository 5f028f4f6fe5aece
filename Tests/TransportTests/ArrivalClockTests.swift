import Testing
import Wire

@testable import Transport

@Suite("The clock of arrivals")
struct ArrivalClockTests {
  private static let start = ClockReading(
    monotonic: MonotonicTime(nanoseconds: 5_000_000_000), wall: WallTime(seconds: 1_800_000_000))

  private func reading(after duration: Duration, step: Duration = .zero) -> ClockReading {
    ClockReading(monotonic: Self.start.monotonic + duration, wall: Self.start.wall + duration + step)
  }

  @Test("Interop 19: a kernel's stamp becomes monotonic time, never later than now")
  func conversion() {
    var clock = ArrivalClock(Self.start)
    clock.wakeUp(at: reading(after: .milliseconds(20)))
    #expect(clock.arrival(Self.start.wall + .milliseconds(19)) == Self.start.monotonic + .milliseconds(19))
    #expect(clock.arrival(Self.start.wall + .milliseconds(21)) == Self.start.monotonic + .milliseconds(20))
    #expect(clock.trusts(Self.start.wall))
  }

  @Test("Without a stamp a datagram came when it was read")
  func unstamped() {
    let clock = ArrivalClock(Self.start)
    #expect(!clock.trusts(WallTime(nanoseconds: 0)))
    #expect(clock.arrival(WallTime(nanoseconds: 0)) == Self.start.monotonic)
  }

  @Test(
    "Interop 19: a step of the wall clock is noticed, and spoils the stamps of one wake-up only",
    arguments: [-3_600, 1])
  func step(seconds: Int) {
    var clock = ArrivalClock(Self.start)
    clock.wakeUp(at: reading(after: .milliseconds(20), step: .seconds(seconds)))
    #expect(clock.isStepped)
    let stamp = Self.start.wall + .milliseconds(19)
    #expect(!clock.trusts(stamp))
    #expect(clock.arrival(stamp) == Self.start.monotonic + .milliseconds(20))
    // The next one's readings agree again.
    clock.wakeUp(at: reading(after: .milliseconds(40), step: .seconds(seconds)))
    #expect(!clock.isStepped)
    #expect(clock.arrival(stamp + .seconds(seconds) + .milliseconds(20)) == Self.start.monotonic + .milliseconds(39))
  }

  @Test("The noise of reading two clocks is no step")
  func noise() {
    var clock = ArrivalClock(Self.start)
    clock.wakeUp(at: reading(after: .seconds(60), step: .microseconds(900)))
    #expect(!clock.isStepped)
  }
}
