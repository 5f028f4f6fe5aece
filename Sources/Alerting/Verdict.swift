/// What an interval was.
public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
  /// All that is judged kept within its limit.
  case good
  /// Something that is judged did not.
  case bad
  /// Nothing was sent, or what was measured cannot be relied on. Never good.
  case unknown
  /// Work was announced: neither good nor bad, whatever was measured.
  case planned
}

/// Why an interval has no verdict.
public enum UnknownReason: String, Sendable, Hashable, Codable, CaseIterable {
  /// No record came: the agent, or its line to the monitor.
  case noRecords
  case nothingSent
  /// The host answers; nothing listens there.
  case targetDown
  /// The target has never answered, so it may be one that answers nobody.
  case unverified
  /// What the provider says of its service cannot be told.
  case unreadable
  /// The provider has announced work.
  case maintenance
  /// The receiver stopped reporting while packets were sent to it.
  case receiverSilent
  /// The capture lost packets of its own.
  case captureIncomplete
  /// Too little came to tell the jitter or the latency.
  case incomplete
}

/// One figure against its limit.
public struct Finding: Sendable, Hashable, Codable {
  public var metric: Metric
  /// In the metric's unit, rounded up to a whole number: it is above the limit exactly when the true value is.
  public var value: UInt64
  public var limit: UInt64
  /// `false` for figures that are only shown: a receiver's own jitter contains the sender's line.
  public var isJudged: Bool
  /// The clocks were not good enough to measure it.
  public var isEstimated: Bool
  /// Above the warning limit; of a breach too.
  public var isWarning: Bool

  public init(
    metric: Metric, value: UInt64, objective: Objective, isJudged: Bool = true, isEstimated: Bool = false
  ) {
    self.metric = metric
    self.value = value
    limit = objective[metric]
    self.isJudged = isJudged
    self.isEstimated = isEstimated
    isWarning = value.multipliedFullWidth(by: 100) > limit.multipliedFullWidth(by: objective.warningPercent)
  }

  public var isBreach: Bool { isJudged && value > limit }

  /// Whether this breach is worse, in shares of the limit, than another.
  public func isWorse(than other: Finding) -> Bool {
    value.multipliedFullWidth(by: max(other.limit, 1)) > other.value.multipliedFullWidth(by: max(limit, 1))
  }
}
