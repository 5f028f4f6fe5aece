import Measurement

/// When the calls of a site's participants make the site bad: one person's bad Wi-Fi does not.
public struct CallRule: Sendable, Hashable {
  /// At least so many participants are bad,
  public var minimumParticipants: Int
  /// and so many of a hundred.
  public var minimumPercent: Int

  public init(minimumParticipants: Int = 2, minimumPercent: Int = 20) {
    self.minimumParticipants = minimumParticipants
    self.minimumPercent = minimumPercent
  }

  /// One judgement of the site from one of each participant who was not idle; `nil` when there are none.
  ///
  /// A bad site shows its worst participant's figures, a good one those of the worst among the good.
  public func judge(_ participants: [Judgement], series: PathRecord.Series, interval: PathRecord.Interval) -> Judgement?
  {
    guard !participants.isEmpty else { return nil }
    let bad = participants.filter { $0.verdict == .bad }
    let good = participants.filter { $0.verdict == .good }
    let count = Evidence.Participants(bad: bad.count, judged: bad.count + good.count)
    guard count.judged > 0 else {
      var judgement = Judgement(series: series, interval: interval, verdict: .unknown, reason: participants[0].reason)
      judgement.evidence.reason = judgement.reason
      return judgement
    }
    let isBad = count.bad >= minimumParticipants && count.bad * 100 >= count.judged * minimumPercent
    let shown = isBad || good.isEmpty ? bad : good
    var judgement = Judgement(
      series: series, interval: interval, verdict: isBad ? .bad : .good, findings: Self.worst(of: shown),
      delayVariation: shown.compactMap(\.delayVariation).max())
    if isBad, let evidence = Self.worstFirst(bad)?.evidence { judgement.evidence = evidence }
    if count.bad > 0 { judgement.evidence.participants = count }
    return judgement
  }

  /// For each metric the worst finding.
  private static func worst(of judgements: [Judgement]) -> [Finding] {
    Metric.allCases.compactMap { metric in
      judgements.compactMap { $0[metric] }.max { $1.isWorse(than: $0) }
    }
  }

  private static func worstFirst(_ judgements: [Judgement]) -> Judgement? {
    judgements.max { left, right in
      guard let theirs = right.headline else { return false }
      return left.headline.map { theirs.isWorse(than: $0) } ?? true
    }
  }
}

extension Judgement {
  /// The worst breach.
  public var headline: Finding? {
    findings.filter(\.isBreach).max { $1.isWorse(than: $0) }
  }
}

extension PathRecord.Series {
  /// What is judged as one: the calls of a site together, everything else by itself.
  public var judged: PathRecord.Series {
    guard case .call = origin else { return self }
    var series = self
    series.path.label = ""
    return series
  }
}
