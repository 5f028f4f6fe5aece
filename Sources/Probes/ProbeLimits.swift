/// What a measurement is held against. Limits are inclusive: a value equal to its limit passes.
public struct ProbeLimits: Sendable, Hashable {
  /// Of a million packets.
  public var lossPerMillion: UInt64
  /// Mean of |D|, in nanoseconds.
  public var jitterNanoseconds: UInt64
  /// Mean of the round trip, or of what else the kind's delay is, in nanoseconds.
  public var latencyNanoseconds: UInt64
  /// A value above this share of its limit is a warning, in per cent.
  public var warningPercent: UInt64
  /// Fewer days until a certificate expires are a breach, fewer than `certificateWarningDays` a warning.
  public var certificateDays: UInt64 = 7
  public var certificateWarningDays: UInt64 = 30

  /// The plan's: loss ≤ 1 %, jitter ≤ 30 ms, latency ≤ 150 ms; warnings from 80 % of them.
  public init(
    lossPerMillion: UInt64 = 10_000, jitterNanoseconds: UInt64 = 30_000_000, latencyNanoseconds: UInt64 = 150_000_000,
    warningPercent: UInt64 = 80
  ) {
    self.lossPerMillion = lossPerMillion
    self.jitterNanoseconds = jitterNanoseconds
    self.latencyNanoseconds = latencyNanoseconds
    self.warningPercent = warningPercent
  }

  subscript(metric: ProbeMetric) -> UInt64 {
    switch metric {
    case .loss: lossPerMillion
    case .jitter: jitterNanoseconds
    case .latency: latencyNanoseconds
    case .certificate: certificateDays
    // Anything graver is at least a warning.
    case .service: 0
    }
  }

  /// Where a warning begins.
  func warning(_ metric: ProbeMetric) -> UInt64 {
    switch metric {
    case .certificate: certificateWarningDays
    case .service: 0
    case .loss, .jitter, .latency: self[metric] * warningPercent / 100
    }
  }
}

/// How a measurement ended; the raw value is the exit status, in the sense of monitoring plugins.
public enum ProbeStatus: Int32, Sendable, Comparable, CaseIterable {
  case good = 0
  case warning = 1
  case breach = 2
  /// There is nothing to judge: nothing was sent, nothing listens at the target, or it has never answered.
  case notMeasured = 3

  public static func < (left: Self, right: Self) -> Bool {
    left.rawValue < right.rawValue
  }

  public var name: String {
    switch self {
    case .good: "good"
    case .warning: "warning"
    case .breach: "breach"
    case .notMeasured: "not measured"
    }
  }
}
