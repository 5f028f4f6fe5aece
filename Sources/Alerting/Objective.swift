/// What a path is held to. Limits are inclusive and compared in whole numbers: a value equal to its limit passes.
public struct Objective: Sendable, Hashable, Codable {
  /// Parts per million.
  public var loss: UInt64
  /// Nanoseconds.
  public var jitter: UInt64
  /// Nanoseconds.
  public var latency: UInt64
  /// A value above this share of its limit is a warning; in per cent.
  public var warningPercent: UInt64

  /// The plan's: loss ≤ 1 %, jitter ≤ 30 ms, latency ≤ 150 ms, with warnings above 80 % of them.
  public init(
    loss: UInt64 = 10_000, jitter: UInt64 = 30_000_000, latency: UInt64 = 150_000_000, warningPercent: UInt64 = 80
  ) {
    self.loss = loss
    self.jitter = jitter
    self.latency = latency
    self.warningPercent = warningPercent
  }

  public subscript(metric: Metric) -> UInt64 {
    switch metric {
    case .loss: loss
    case .jitter: jitter
    case .latency: latency
    }
  }
}

/// Which delay is held to the limit: it depends on what the path stands for.
public enum LatencyBasis: String, Sendable, Hashable, Codable, CaseIterable {
  /// Site to relay: the way there and back is about the two legs of a meeting.
  case roundTrip
  /// Site to site: the worse direction, where both clocks are good; else half the round trip, which is an estimate.
  case oneWay
}
