import Wire

/// The interval that call records are being counted for: 15 s, aligned to the wall clock.
struct RunningInterval: Sendable {
  static let length = Duration.seconds(15)
  /// An interval that would be shorter than this is none.
  private static let slack = Duration.milliseconds(5)

  let start: WallTime
  /// When it is over.
  let deadline: MonotonicTime
  /// Both clocks at its beginning: a step of the wall clock shows when they have drifted apart.
  let clock: ClockReading
  /// How often the wall clock was set in the intervals before it.
  let clockSteps: UInt64

  init(at clock: ClockReading, after previous: RunningInterval? = nil) {
    self.clock = clock
    clockSteps = previous.map { $0.clockSteps + ($0.isStepped(clock) ? 1 : 0) } ?? 0
    // The clock may be read a moment before the boundary that the deadline was computed for.
    start = (clock.wall + Self.slack).floored(to: Self.length)
    deadline = clock.monotonicTime(at: start + Self.length)
  }

  /// Whether the wall clock was set within the interval: it is no longer sure which time the counts belong to.
  func isStepped(_ clock: ClockReading) -> Bool {
    abs(clock.wallClockStep(since: self.clock)) > 1_000_000_000
  }
}
