import Wire

/// The time line of one slot: which RTP timestamp belongs to which instant of relay time.
///
/// Receivers fit a line over many sender reports and distrust jumps, so the line is continuous for the slot's whole life,
/// whatever plays in it. While a source plays, the line follows what the source's own clock says of the timestamps sent
/// (`follow`), so a report never lies, not even after an hour at a skew of 100 ppm; a vacant slot's line goes on at the
/// nominal rate.
struct SlotClock: BitwiseCopyable {
  /// A source may pull the line by no more than this at once: the reports of a broken or hostile one do not.
  static let maximumPull: Int64 = 500_000_000

  let clockRate: UInt32
  private var anchor: MonotonicTime
  private var anchorTimestamp: UInt32

  init(clockRate: UInt32, at now: MonotonicTime, timestamp: UInt32) {
    precondition(clockRate > 0, "an RTP clock ticks")
    self.clockRate = clockRate
    anchor = now
    anchorTimestamp = timestamp
  }

  /// The timestamp that belongs to `time`.
  func timestamp(at time: MonotonicTime) -> UInt32 {
    anchorTimestamp &+ Self.ticks(time.nanoseconds(since: anchor), at: clockRate)
  }

  /// The instant that `timestamp` belongs to, for timestamps within 2^31 ticks.
  func time(of timestamp: UInt32) -> MonotonicTime {
    anchor.advanced(byNanoseconds: Self.nanoseconds(timestamp.serialDistance(from: anchorTimestamp), at: clockRate))
  }

  /// Puts the line through a point that the playing source's clock vouches for; too far a pull changes nothing.
  mutating func follow(_ timestamp: UInt32, at time: MonotonicTime) {
    let pull = Self.nanoseconds(timestamp.serialDistance(from: self.timestamp(at: time)), at: clockRate)
    guard abs(pull) <= Self.maximumPull else { return }
    anchor = time
    anchorTimestamp = timestamp
  }

  /// Ticks in a span of time, rounded to the nearest, modulo 2^32.
  static func ticks(_ nanoseconds: Int64, at clockRate: UInt32) -> UInt32 {
    let rate = Int64(clockRate)
    let seconds = nanoseconds / 1_000_000_000
    let rest = nanoseconds % 1_000_000_000
    let fraction = (rest * rate + (rest < 0 ? -500_000_000 : 500_000_000)) / 1_000_000_000
    return UInt32(truncatingIfNeeded: seconds &* rate &+ fraction)
  }

  static func nanoseconds(_ ticks: Int32, at clockRate: UInt32) -> Int64 {
    Int64(ticks) * 1_000_000_000 / Int64(clockRate)
  }
}
