import Testing
import Wire

@testable import Agent

@Suite("The clock beside the monitor's")
struct ClockWatchTests {
  /// The agent's two clocks so many seconds after the start, with the wall clock off by `shift`.
  private func reading(_ seconds: Double, shift: Double = 0) -> ClockReading {
    ClockReading(
      monotonic: MonotonicTime(nanoseconds: Int64(seconds * 1e9)),
      wall: WallTime(nanoseconds: 1_800_000_000_000_000_000 + Int64((seconds + shift) * 1e9)))
  }

  private func monitor(_ seconds: Double) -> WallTime { reading(seconds).wall }

  @Test("The offset is right to within half the round trip, however the trip is divided")
  func bounds() throws {
    for there in [0.0, 0.02, 0.3] {
      var watch = ClockWatch(at: reading(0, shift: -3600))
      // 300 ms round trip, of which so much is the way there.
      watch.take(monitor(10 + there), sent: reading(10, shift: -3600), received: reading(10.3, shift: -3600))
      let offset = try #require(watch.offset)
      #expect(offset.errorNanoseconds == 150_000_000)
      #expect(abs(offset.nanoseconds - 3_600_000_000_000) <= offset.errorNanoseconds)
    }
  }

  @Test("The fastest of the last eight answers counts")
  func best() {
    var watch = ClockWatch(at: reading(0))
    watch.take(monitor(1.001), sent: reading(1), received: reading(1.002))
    for second in 2..<9 {
      watch.take(monitor(Double(second) + 0.9), sent: reading(Double(second)), received: reading(Double(second) + 1))
    }
    #expect(watch.offset?.errorNanoseconds == 1_000_000)
    // The test's own seconds are rounded.
    #expect(abs(watch.offset?.nanoseconds ?? .max) <= 1)
    watch.take(monitor(9.9), sent: reading(9), received: reading(10))
    #expect(watch.offset?.errorNanoseconds == 500_000_000)
  }

  @Test("When the clock is set, nothing is known any more, and what is known then holds from there on")
  func step() {
    var watch = ClockWatch(at: reading(0))
    watch.take(monitor(1), sent: reading(1), received: reading(1))
    #expect(watch.since == monitor(0))
    watch.observe(reading(5, shift: 0.05))
    #expect(watch.offset != nil)
    watch.observe(reading(6, shift: -7200))
    #expect(watch.offset == nil)
    #expect(watch.since == reading(6, shift: -7200).wall)
    watch.take(monitor(8), sent: reading(8, shift: -7200), received: reading(8, shift: -7200))
    #expect(watch.offset == ClockWatch.Offset(nanoseconds: 7_200_000_000_000, errorNanoseconds: 0))
  }

  @Test("An answer during which the clock was set tells nothing of the time before")
  func stepWithin() {
    var watch = ClockWatch(at: reading(0))
    watch.take(monitor(1), sent: reading(1), received: reading(1.1, shift: 60))
    #expect(watch.since == reading(1.1, shift: 60).wall)
    #expect(abs((watch.offset?.nanoseconds ?? 0) + 60_000_000_000) <= 100_000_000)
  }
}
