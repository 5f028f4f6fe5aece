import Wire

/// Turns the kernel's arrival times, which are of the wall clock, into monotonic ones, anew for every wake-up.
struct ArrivalClock: BitwiseCopyable {
  /// What two readings of both clocks may differ by when nobody has set the wall clock.
  private static let noiseNanoseconds: Int64 = 1_000_000

  private(set) var reading: ClockReading
  /// The wall clock was set since the wake-up before: which of the stamps it was set between is not known.
  private(set) var isStepped = false

  init(_ reading: ClockReading) {
    self.reading = reading
  }

  mutating func wakeUp(at reading: ClockReading) {
    isStepped = abs(reading.wallClockStep(since: self.reading)) > Self.noiseNanoseconds
    self.reading = reading
  }

  /// Whether a stamp says when its datagram came; 0 stands for none.
  func trusts(_ stamp: WallTime) -> Bool {
    stamp.nanoseconds != 0 && !isStepped
  }

  /// When the datagram came, never later than the wake-up; the wake-up itself where the stamp cannot be trusted.
  func arrival(_ stamp: WallTime) -> MonotonicTime {
    trusts(stamp) ? min(reading.monotonicTime(at: stamp), reading.monotonic) : reading.monotonic
  }
}
