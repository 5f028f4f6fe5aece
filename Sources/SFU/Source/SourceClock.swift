import Wire

/// When a participant's NTP clock reads what, in relay time: one for all its sources, so that they keep together.
///
/// Relay time is NTP time plus the least delay seen. A quicker report is followed at once by a quarter, a slower one by
/// 250 ppm at most, which is more than clocks differ and less than queues do.
struct ParticipantClock: BitwiseCopyable {
  private static let maximumDriftPerSecond: Int64 = 250_000

  /// Nanoseconds from the participant's NTP clock (as 2^-32 s since 1900, in nanoseconds modulo 2^64) to relay time.
  private var offset: Int64 = 0
  private var lastReport: MonotonicTime?

  var isKnown: Bool { lastReport != nil }

  mutating func report(_ ntp: NTPTime, arrival: MonotonicTime) {
    let sample = arrival.nanoseconds &- Self.nanoseconds(ntp)
    guard let last = lastReport else {
      offset = sample
      lastReport = arrival
      return
    }
    let change = sample &- offset
    if abs(change) > 5_000_000_000 {
      // The participant's clock was set.
      offset = sample
    } else if change < 0 {
      offset &+= change / 4
    } else {
      let elapsed = max(0, arrival.nanoseconds(since: last))
      offset &+= min(change, elapsed / 1_000_000 * Self.maximumDriftPerSecond / 1000)
    }
    lastReport = max(arrival, last)
  }

  func relayTime(of ntp: NTPTime) -> MonotonicTime {
    MonotonicTime(nanoseconds: Self.nanoseconds(ntp) &+ offset)
  }

  private static func nanoseconds(_ ntp: NTPTime) -> Int64 {
    let seconds = Int64(ntp.bits >> 32)
    // Shifts bind closer than products.
    let fraction = Int64(((ntp.bits & 0xffff_ffff) &* 1_000_000_000) >> 32)
    return seconds * 1_000_000_000 + fraction
  }
}

/// When a source's timestamps were taken, in relay time: by its sender reports, and before the first by the quickest
/// packet.
struct SourceClock: BitwiseCopyable {
  let clockRate: UInt32
  private var report: (ntp: NTPTime, timestamp: UInt32)?
  /// The packet with the least delay so far.
  private var quickest: (arrival: MonotonicTime, timestamp: UInt32)?

  init(clockRate: UInt32) {
    self.clockRate = clockRate
  }

  mutating func reported(_ ntp: NTPTime, timestamp: UInt32) {
    guard ntp.bits != 0 else { return }
    report = (ntp, timestamp)
  }

  mutating func arrived(_ timestamp: UInt32, at arrival: MonotonicTime) {
    guard report == nil else { return }
    guard let quickest else {
      self.quickest = (arrival, timestamp)
      return
    }
    let expected = quickest.arrival.advanced(
      byNanoseconds: SlotClock.nanoseconds(timestamp.serialDistance(from: quickest.timestamp), at: clockRate))
    if arrival < expected { self.quickest = (arrival, timestamp) }
  }

  /// Forgets the stream's timestamps: another stream begins.
  mutating func restart() {
    report = nil
    quickest = nil
  }

  /// Whether sender reports say when timestamps were taken.
  var isReported: Bool { report != nil }

  /// When `timestamp` was taken; `nil` before the first packet.
  func relayTime(of timestamp: UInt32, by clock: ParticipantClock) -> MonotonicTime? {
    let known: (time: MonotonicTime, timestamp: UInt32)
    if let report, clock.isKnown {
      known = (clock.relayTime(of: report.ntp), report.timestamp)
    } else if let quickest {
      known = (quickest.arrival, quickest.timestamp)
    } else {
      return nil
    }
    return known.time.advanced(
      byNanoseconds: SlotClock.nanoseconds(timestamp.serialDistance(from: known.timestamp), at: clockRate))
  }

  /// The timestamp that would be taken at `time`; `nil` before the first packet.
  func timestamp(at time: MonotonicTime, by clock: ParticipantClock) -> UInt32? {
    if let report, clock.isKnown {
      let elapsed = time.nanoseconds(since: clock.relayTime(of: report.ntp))
      return report.timestamp &+ SlotClock.ticks(elapsed, at: clockRate)
    }
    guard let quickest else { return nil }
    return quickest.timestamp &+ SlotClock.ticks(time.nanoseconds(since: quickest.arrival), at: clockRate)
  }
}
