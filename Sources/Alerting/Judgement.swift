import Measurement

/// One judged interval of one series: the verdict and all that it rests on.
public struct Judgement: Sendable, Equatable {
  public var series: PathRecord.Series
  public var interval: PathRecord.Interval
  public var verdict: Verdict
  /// One for each metric that was measured, in the order of `Metric`.
  public var findings: [Finding]
  /// Why the verdict is `unknown`.
  public var reason: UnknownReason?
  /// Why the verdict is `planned`: the reason of the work.
  public var plannedWork: String?
  /// 95th percentile − minimum of the delay, in nanoseconds.
  public var delayVariation: UInt64?
  public var evidence: Evidence

  public init(
    series: PathRecord.Series, interval: PathRecord.Interval, verdict: Verdict, findings: [Finding] = [],
    reason: UnknownReason? = nil, delayVariation: UInt64? = nil, evidence: Evidence = Evidence()
  ) {
    self.series = series
    self.interval = interval
    self.verdict = verdict
    self.findings = findings
    self.reason = reason
    self.delayVariation = delayVariation
    self.evidence = evidence
  }

  public subscript(metric: Metric) -> Finding? {
    findings.first { $0.metric == metric }
  }

  /// Of the worse direction.
  public var lossPercent: Double? { self[.loss].map { Double($0.value) / 10_000 } }
  public var jitterMilliseconds: Double? { self[.jitter].map { Double($0.value) / 1e6 } }
  public var latencyMilliseconds: Double? { self[.latency].map { Double($0.value) / 1e6 } }
  public var delayVariationMilliseconds: Double? { delayVariation.map { Double($0) / 1e6 } }
}

extension Objective {
  /// Judges all that one path did in one interval; `nil` when it was idle, which is neither good nor bad nor unknown.
  /// - Parameter metrics: what a good verdict needs; `nil` is what records of the origin have.
  public func judge(_ record: PathRecord, basis: LatencyBasis, metrics: Set<Metric>? = nil) -> Judgement? {
    guard record.condition != .idle else { return nil }
    var judgement = Judgement(
      series: record.series, interval: record.interval, verdict: .unknown,
      findings: findings(of: record, basis, metrics),
      delayVariation: record.packetDelayVariation)
    if let reason = Self.reason(against: record) {
      judgement.findings = []
      judgement.reason = reason
      judgement.evidence.reason = reason
    } else if let service = record.service, service == .degraded || service == .outage {
      judgement.verdict = .bad
      judgement.evidence.service = service
    } else if judgement.findings.contains(where: \.isBreach) {
      judgement.verdict = .bad
      judgement.evidence = Evidence(record, judgement.findings)
    } else if (metrics ?? Self.judgedMetrics(of: record)).allSatisfy({ judgement[$0] != nil }) {
      judgement.verdict = .good
    } else {
      judgement.reason = .incomplete
      judgement.evidence.reason = .incomplete
    }
    return judgement
  }

  private static func reason(against record: PathRecord) -> UnknownReason? {
    switch record.condition {
    case .targetDown: return .targetDown
    case .receiverSilent: return .receiverSilent
    case .unverified: return .unverified
    case .unreadable: return .unreadable
    case .measured, .idle: break
    }
    if record.service == .maintenance { return .maintenance }
    if record.loss.sent == 0 { return record.loss.refused > 0 ? .targetDown : .nothingSent }
    return record.degradations.contains(.captureDrops) ? .captureIncomplete : nil
  }

  /// What a good verdict needs. A call's round trip is judged where it is known and not asked for where it is not.
  private static func judgedMetrics(of record: PathRecord) -> Set<Metric> {
    switch record.origin {
    case .probe: [.loss, .jitter, .latency]
    case .call(.uplink), .capture: [.loss, .jitter]
    case .call(.downlink): [.loss]
    }
  }

  private func findings(of record: PathRecord, _ basis: LatencyBasis, _ metrics: Set<Metric>?) -> [Finding] {
    let worse = record.loss.worseDirection
    guard worse.sent > 0 else { return [] }
    var findings = [Finding(metric: .loss, value: Self.partsPerMillion(worse.lost, of: worse.sent), objective: self)]
    let variations = [record.delayVariation, record.reverseDelayVariation].compactMap(\.meanRoundedUp)
    if let jitter = variations.max() {
      // A receiver's report contains the sender's own line.
      let isJudged = record.origin != .call(.downlink)
      findings.append(Finding(metric: .jitter, value: jitter, objective: self, isJudged: isJudged))
    }
    if let latency = record.latency(basis) {
      findings.append(
        Finding(metric: .latency, value: latency.value, objective: self, isEstimated: latency.isEstimated))
    }
    // What the kind does not judge is shown all the same.
    if let metrics {
      for index in findings.indices where !metrics.contains(findings[index].metric) { findings[index].isJudged = false }
    }
    return findings
  }

  /// Rounded up. `part` is no more than `whole`, which is not 0.
  private static func partsPerMillion(_ part: UInt64, of whole: UInt64) -> UInt64 {
    let (quotient, remainder) = whole.dividingFullWidth(part.multipliedFullWidth(by: 1_000_000))
    return remainder == 0 ? quotient : quotient + 1
  }
}

extension PathRecord {
  /// RFC 5481's delay variation as the objective's figures stand beside it: 95th percentile − minimum, in nanoseconds,
  /// of the round trip or, where there is none, of the delay above the path's least.
  public var packetDelayVariation: UInt64? {
    let delays = roundTrip.isEmpty ? excessDelay : roundTrip
    guard let high = delays.percentile(95), let low = delays.minimum else { return nil }
    return high - low
  }

  /// The mean delay in nanoseconds, rounded up.
  func latency(_ basis: LatencyBasis) -> (value: UInt64, isEstimated: Bool)? {
    guard basis == .oneWay else { return roundTrip.meanRoundedUp.map { ($0, false) } }
    if clock.isSynchronized, let worse = [forwardDelay, reverseDelay].compactMap(\.meanRoundedUp).max() {
      return (worse, false)
    }
    return roundTrip.meanRoundedUp.map { ($0 / 2 + $0 % 2, true) }
  }
}

extension Distribution {
  /// Above a whole number exactly when the mean is.
  var meanRoundedUp: UInt64? {
    mean.map { sum % count == 0 ? $0 : $0 + 1 }
  }
}
