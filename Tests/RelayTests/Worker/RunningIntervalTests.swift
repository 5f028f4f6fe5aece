import Testing
import Transport
import Wire

@testable import Relay

@Suite struct RunningIntervalTests {
  private func clock(_ wallMilliseconds: Int64, _ monotonicMilliseconds: Int64) -> ClockReading {
    ClockReading(
      monotonic: MonotonicTime(nanoseconds: monotonicMilliseconds * 1_000_000),
      wall: WallTime(nanoseconds: wallMilliseconds * 1_000_000))
  }

  @Test("An interval is aligned to the wall clock and ends by the monotonic one")
  func alignment() {
    let interval = RunningInterval(at: clock(32_000, 500_000))
    #expect(interval.start == WallTime(seconds: 30))
    #expect(interval.deadline == MonotonicTime(nanoseconds: 513_000_000_000))
  }

  @Test("A clock read just before the boundary begins the next interval, not the same one twice")
  func boundary() {
    #expect(RunningInterval(at: clock(44_999, 0)).start == WallTime(seconds: 45))
    #expect(RunningInterval(at: clock(45_000, 0)).start == WallTime(seconds: 45))
    #expect(RunningInterval(at: clock(44_990, 0)).start == WallTime(seconds: 30))
  }

  @Test("A step of the wall clock within the interval is noticed, slewing is not")
  func step() {
    let interval = RunningInterval(at: clock(30_000, 0))
    #expect(!interval.isStepped(clock(45_004, 15_000)))
    #expect(interval.isStepped(clock(3_645_000, 15_000)))
    #expect(interval.isStepped(clock(31_000, 15_000)))
  }

  @Test("Steps are counted for the intervals after them")
  func steps() {
    let first = RunningInterval(at: clock(30_000, 0))
    let second = RunningInterval(at: clock(45_000, 15_000), after: first)
    let third = RunningInterval(at: clock(60_000 - 3_600_000, 30_000), after: second)
    let fourth = RunningInterval(at: clock(75_000 - 3_600_000, 45_000), after: third)
    #expect([first, second, third, fourth].map(\.clockSteps) == [0, 0, 1, 1])
  }
}
