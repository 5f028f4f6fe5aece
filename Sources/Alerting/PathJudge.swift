import Measurement
import Wire

/// Gathers a series' records into tumbling judging intervals and judges each once, when it can be expected complete.
///
/// An interval is complete when its end and `grace` have passed and its records have stopped coming; or when those of the
/// interval after the next one have come, which is how an agent's backlog is judged. Records that come later still are
/// not judged any more.
public struct PathJudge: Sendable {
  public struct Rules: Sendable, Hashable {
    public var objective: Objective
    public var basis: LatencyBasis
    /// Of the judging interval; a multiple of the records'.
    public var length: Duration
    /// How long after its end an interval waits for its records: the reply timeout of 2 s, and delivery.
    public var grace: Duration
    public var calls: CallRule
    /// The series must report: an interval without records is unknown instead of nothing at all.
    public var isExpected: Bool
    /// What a good verdict needs; `nil` is what records of the origin have.
    public var metrics: Set<Metric>?

    public init(
      objective: Objective = Objective(), basis: LatencyBasis = .roundTrip, length: Duration = .seconds(15),
      grace: Duration = .seconds(8), calls: CallRule = CallRule(), isExpected: Bool = true, metrics: Set<Metric>? = nil
    ) {
      self.objective = objective
      self.basis = basis
      self.length = length
      self.grace = grace
      self.calls = calls
      self.isExpected = isExpected
      self.metrics = metrics
    }
  }

  /// More parts of one interval are left out.
  static let recordCapacity = 20_000
  /// Of a longer silence only the newest intervals are told.
  static let silenceCapacity = 64
  /// After so long without another, an interval's records have stopped coming.
  static let quiet = Duration.seconds(2)
  /// An agent's clock may be so much ahead of ours.
  static let clockTolerance = Duration.seconds(60)

  /// What is judged: a site's calls have no label here (`Series.judged`).
  public let series: PathRecord.Series
  public let rules: Rules
  /// By rising start: two or three in the ordinary way.
  private var open: [OpenInterval] = []
  /// The start of the first interval that is not judged; `nil` before anything is known.
  private var next: WallTime?
  /// When waiting began for a first record.
  private var waitingSince: WallTime?

  private struct OpenInterval: Sendable {
    var start: WallTime
    /// By participant: the records of one, its revisions and parts.
    var parts: [String: [PathRecord]] = [:]
    var count = 0
    var lastArrival: WallTime
  }

  public init(series: PathRecord.Series, rules: Rules) {
    precondition(rules.length > .zero, "a judging interval has a length")
    self.series = series.judged
    self.rules = rules
  }

  /// The start of the first interval that was not judged yet, whose records a restart has to hand in again.
  public var firstUnjudged: WallTime? { next }

  /// Takes a record of this series; returns what can be judged now that it has come.
  public mutating func take(_ record: PathRecord, now: WallTime) -> [Judgement] {
    guard record.series.judged == series else { return [] }
    let start = record.id.intervalStart.floored(to: rules.length)
    guard start >= next ?? start, start <= now + Self.clockTolerance else { return [] }
    if next == nil { next = start }
    let place = open.firstIndex { $0.start >= start } ?? open.count
    if place == open.count || open[place].start != start {
      open.insert(OpenInterval(start: start, lastArrival: now), at: place)
    }
    guard open[place].count < Self.recordCapacity else { return [] }
    open[place].parts[record.path.label, default: []].append(record)
    open[place].count += 1
    open[place].lastArrival = now
    var judgements: [Judgement] = []
    if let newest = open.last?.start { judge(before: newest.advanced(by: rules.length, times: -1), into: &judgements) }
    return judgements
  }

  /// Lets time pass; returns what is complete by now.
  ///
  /// A series of which nothing is known gets an interval's time for its backlog before its silence is told.
  public mutating func advance(to now: WallTime) -> [Judgement] {
    if next == nil, rules.isExpected {
      let since = waitingSince ?? now
      waitingSince = since
      if now >= since + rules.length + rules.grace { next = since.floored(to: rules.length) }
    }
    var end = now.advanced(byNanoseconds: -rules.grace.nanoseconds).floored(to: rules.length)
    if let busy = open.first(where: { now < $0.lastArrival + Self.quiet }) { end = min(end, busy.start) }
    var judgements: [Judgement] = []
    judge(before: end, into: &judgements)
    return judgements
  }

  /// The wall clock was set, and is `now`: judges what there is, and goes on from here. Where the clock went forward
  /// nothing was silent meanwhile, and where it went back there are new intervals of times that were judged.
  public mutating func clockStepped(to now: WallTime) -> [Judgement] {
    let judgements = open.compactMap(judge)
    open.removeAll()
    if next != nil { next = now.floored(to: rules.length) }
    waitingSince = nil
    return judgements
  }

  /// Judges all intervals that start before `end`, in order.
  private mutating func judge(before end: WallTime, into judgements: inout [Judgement]) {
    guard var start = next, start < end else { return }
    while start < end {
      if let first = open.first, first.start == start {
        open.removeFirst()
        if let judgement = judge(first) { judgements.append(judgement) }
        start = start.advanced(by: rules.length, times: 1)
      } else {
        let stop = min(open.first?.start ?? end, end)
        if rules.isExpected { fill(start, stop, &judgements) }
        start = stop
      }
    }
    next = start
  }

  private mutating func fill(_ start: WallTime, _ stop: WallTime, _ judgements: inout [Judgement]) {
    var start = max(start, stop.advanced(by: rules.length, times: -Int64(Self.silenceCapacity)))
    while start < stop {
      var judgement = Judgement(
        series: series, interval: PathRecord.Interval(start: start, length: rules.length), verdict: .unknown,
        reason: .noRecords)
      judgement.evidence.reason = .noRecords
      judgements.append(judgement)
      start = start.advanced(by: rules.length, times: 1)
    }
  }

  private func judge(_ whole: OpenInterval) -> Judgement? {
    let interval = PathRecord.Interval(start: whole.start, length: rules.length)
    let judged = whole.parts.values.compactMap { records in
      PathRecord.merged(records).flatMap { rules.objective.judge($0, basis: rules.basis, metrics: rules.metrics) }
    }
    if case .call = series.origin { return rules.calls.judge(judged, series: series, interval: interval) }
    guard var judgement = judged.first else { return nil }
    judgement.interval = interval
    return judgement
  }
}

extension WallTime {
  fileprivate func advanced(by length: Duration, times: Int64) -> WallTime {
    advanced(byNanoseconds: length.nanoseconds &* times)
  }
}
