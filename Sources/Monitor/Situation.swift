import Alerting
import History
import Measurement
import Notify
import Wire

/// Where everything stands, as a value: records and time in, what follows from them out. The service keeps the next one
/// only when what follows has been committed.
struct Situation: Sendable {
  private(set) var configuration: MonitorConfiguration
  /// The paths that are measured, by what is judged.
  private(set) var configured: [PathRecord.Series: ExpectedPath] = [:]
  /// When the monitor began, or the clock was set last: silence soon after says nothing yet.
  private(set) var startedAt: WallTime
  private(set) var states: [PathRecord.Series: SeriesState] = [:]
  /// Their keys as `inOrder` has them.
  private var sorted: [PathRecord.Series] = []
  private(set) var routes = Routes()
  /// The latest incidents that are over, newest first.
  private(set) var closed: [Incident] = []
  /// By its start. It counts from when it is announced: what was judged before stays as it is, unless records come late.
  var plannedWorks: [PlannedWork] = []

  /// By site.
  private(set) var unasked: [String: Unasked] = [:]

  static let closedLimit = 100
  /// Records of more series than these, of whatever sites, are kept and not judged.
  static let seriesLimit = 10_000

  /// What follows from records or from time.
  struct Step: Sendable {
    var judgements: [Judgement] = []
    /// Every change of an incident, in order.
    var incidents: [Incident] = []
    /// Those of the changes that people are told.
    var actions: [IncidentAction] = []
    /// Pending ones that came to nothing.
    var withdrawn: [Incident] = []
    /// Whose samples or trackers changed.
    var changed: Set<PathRecord.Series> = []
    var forgotten: Set<PathRecord.Series> = []
    /// Intervals that were judged before these records of them came.
    var late: Set<JudgedStart> = []
    /// By site, records that were not judged and bad intervals with which no incident began: there are too many.
    var left: [String: Int] = [:]

    var isEmpty: Bool {
      judgements.isEmpty && incidents.isEmpty && withdrawn.isEmpty && changed.isEmpty && forgotten.isEmpty
        && late.isEmpty && left.isEmpty
    }
  }

  /// A judging interval of a series.
  struct JudgedStart: Sendable, Hashable {
    var series: PathRecord.Series
    var start: WallTime
  }

  init(configuration: MonitorConfiguration, startedAt: WallTime) {
    self.configuration = configuration
    self.startedAt = startedAt
    configured = Self.bySeries(configuration.paths)
    for (series, path) in configured {
      states[series] = SeriesState(series, path.rules, configuration.incidentRules)
    }
  }

  private static func bySeries(_ paths: [ExpectedPath]) -> [PathRecord.Series: ExpectedPath] {
    Dictionary(paths.map { ($0.series.judged, $0) }, uniquingKeysWith: { $1 })
  }

  /// Has these sites and expects these paths from now on. A path that is measured no more is forgotten when it has been
  /// silent for long enough.
  mutating func expect(sites: [Site], paths: [ExpectedPath]) {
    configuration.sites = sites
    configuration.paths = paths
    let before = configured
    configured = Self.bySeries(paths)
    var rules = configured.mapValues(\.rules)
    for (series, state) in states {
      var wanted = state.rules
      if let rules = rules.removeValue(forKey: series) { wanted = rules } else { wanted.isExpected = false }
      if wanted != state.rules { states[series] = state.judged(by: wanted, configuration.incidentRules) }
      let isMeasured = configured[series] != nil
      if isMeasured != (before[series] != nil) { states[series]?.isWithdrawn = !isMeasured }
    }
    for (series, rules) in rules { states[series] = SeriesState(series, rules, configuration.incidentRules) }
    countUnasked()
  }

  /// By what the latency of each series is judged.
  var bases: [PathRecord.Series: LatencyBasis] { states.mapValues(\.rules.basis) }

  // MARK: Taking up the last run

  mutating func restore(
    trackers: [StoredTracker], judgements: [PathRecord.Series: [JudgedInterval]], closed: [Incident]
  ) {
    for (series, judged) in judgements {
      // A call of some time ago is not shown again.
      let isRecent = judged.last.map { $0.interval.end + configuration.forgetAfter >= startedAt } ?? false
      guard states[series] != nil || isRecent else { continue }
      // The clock may have been set back since: what it calls the future is no help.
      for interval in judged where interval.interval.start <= startedAt {
        self[series].note(PathSample(interval), capacity: configuration.samplesPerPath)
      }
    }
    for var tracker in trackers where states[tracker.series] != nil || tracker.state.incident != nil {
      if let newest = states[tracker.series]?.recent.last { tracker.state.judged(until: newest.interval.end) }
      self[tracker.series].restore(tracker)
    }
    self.closed = closed
    countUnasked()
  }

  /// Takes up the routes that were followed in the last run.
  mutating func restore(routes records: [PathRecord]) {
    for record in records { routes.take(record) }
  }

  // MARK: Steps

  /// Takes records that were never taken before, or again those of the last run that were not judged yet.
  mutating func take(_ records: [PathRecord], now: WallTime, isResumed: Bool = false) -> Step {
    var step = Step()
    var followed: Set<Routes.Ends> = []
    for record in records.sorted(by: { $0.id.intervalStart < $1.id.intervalStart }) {
      let series = record.series.judged
      if !record.hops.isEmpty {
        routes.take(record)
        followed.insert(Routes.Ends(record.path))
        // Agents follow routes by themselves; only what a job asks for is judged.
        if configured[series] == nil { continue }
      }
      guard states[series] != nil || begin(series) else {
        step.left[series.path.site, default: 0] += 1
        continue
      }
      let interval = interval(of: record)
      if !isResumed { self[series].heardAt = now }
      if let first = self[series].judge.firstUnjudged, interval.start < first {
        step.late.insert(interval)
      } else {
        let judgements = self[series].judge.take(record, now: now)
        observe(judgements, of: series, &step)
      }
    }
    noteRoutes(between: followed, &step)
    return step
  }

  /// Lets time pass.
  mutating func advance(to now: WallTime) -> Step {
    var step = Step()
    for series in inOrder() {
      if isForgotten(self[series], now) {
        forget(series, now, &step)
        continue
      }
      // Silence soon after a start says nothing yet.
      if self[series].heardAt != nil || now >= startedAt + configuration.startGrace {
        let judgements = self[series].judge.advance(to: now)
        observe(judgements, of: series, &step)
      }
      follow(series, &step) { $0.tick(now) }
    }
    return step
  }

  /// The wall clock was set by `step` nanoseconds and is `now`.
  mutating func clockStepped(by step: Int64, to now: WallTime) -> Step {
    var follows = Step()
    startedAt = now
    for series in inOrder() {
      let judgements = self[series].judge.clockStepped(to: now)
      observe(judgements, of: series, &follows)
      self[series].clockStepped(by: step)
      follows.changed.insert(series)
    }
    return follows
  }

  /// Puts judgements of late records in the place of what was said of their intervals before.
  mutating func replace(_ judged: [JudgedInterval], in step: inout Step) {
    for interval in judged {
      self[interval.series].note(PathSample(interval), capacity: configuration.samplesPerPath)
      step.changed.insert(interval.series)
    }
  }

  /// Keeps with the incidents that fire where their faults lie, by what all paths say after the step.
  mutating func noteCauses(in step: inout Step) {
    let firing = step.incidents.filter { $0.phase == .firing }
    guard !firing.isEmpty else { return }
    let verdicts = pathVerdicts
    var causes: [String: [Incident.Cause]] = [:]
    for incident in firing {
      let tracker = incident.kind == .breach ? \SeriesState.breach : \SeriesState.unmeasured
      // One that the step ended, too, keeps what was known of it before.
      guard states[incident.series]?[keyPath: tracker].incident?.id == incident.id else { continue }
      self[incident.series][keyPath: tracker].note(verdicts.place(of: incident))
      causes[incident.id] = self[incident.series][keyPath: tracker].incident?.causes
    }
    for index in step.incidents.indices {
      if let causes = causes[step.incidents[index].id] { step.incidents[index].causes = causes }
    }
    for index in step.actions.indices {
      if let causes = causes[step.actions[index].incident.id] { step.actions[index].incident.causes = causes }
    }
  }

  /// Judges an interval anew from all its records.
  func judge(_ late: JudgedStart, _ records: [PathRecord]) -> JudgedInterval? {
    var rules = rules(of: late.series)
    rules.isExpected = false
    var judge = PathJudge(series: late.series, rules: rules)
    let end = late.start + rules.length
    for record in records { _ = judge.take(record, now: end) }
    return judge.advance(to: end + rules.length + rules.grace).first.map { judged(planned($0)) }
  }

  /// What is kept of a judgement.
  func judged(_ judgement: Judgement) -> JudgedInterval {
    JudgedInterval(judgement, objective: rules(of: judgement.series).objective)
  }

  /// The interval that a record is judged with.
  func interval(of record: PathRecord) -> JudgedStart {
    let series = record.series.judged
    return JudgedStart(series: series, start: record.id.intervalStart.floored(to: rules(of: series).length))
  }

  func rules(of series: PathRecord.Series) -> PathJudge.Rules {
    states[series]?.rules ?? configuration.otherRules
  }

  // MARK: How it is done

  /// The state of a series; one that is not there yet begins when it is changed.
  private subscript(series: PathRecord.Series) -> SeriesState {
    get { states[series] ?? SeriesState(series, configuration.otherRules, configuration.incidentRules) }
    _modify {
      let (rules, incidentRules) = (configuration.otherRules, configuration.incidentRules)
      yield &states[series, default: SeriesState(series, rules, incidentRules)]
    }
  }

  /// All series, sorted only when there are others than last time: time passes each second.
  private mutating func inOrder() -> [PathRecord.Series] {
    // They become fewer in `forget` alone.
    if sorted.count != states.count { sorted = states.keys.sorted() }
    return sorted
  }

  /// Begins to judge a series that nobody configured, if there is room: those that were are there from the start.
  private mutating func begin(_ series: PathRecord.Series) -> Bool {
    let site = unasked[series.path.site] ?? Unasked()
    guard states.count < Self.seriesLimit, site.series < Unasked.seriesLimit else { return false }
    states[series] = SeriesState(series, configuration.otherRules, configuration.incidentRules)
    unasked[series.path.site] = Unasked(series: site.series + 1, incidents: site.incidents)
    return true
  }

  private mutating func countUnasked() {
    unasked = [:]
    for (series, state) in states where configured[series] == nil {
      unasked[series.path.site, default: Unasked()].series += 1
      unasked[series.path.site, default: Unasked()].incidents += state.incidents.count
    }
  }

  private mutating func observe(_ judgements: [Judgement], of series: PathRecord.Series, _ step: inout Step) {
    for judgement in judgements.map(planned) {
      step.judgements.append(judgement)
      step.changed.insert(series)
      self[series].note(PathSample(judged(judgement)), capacity: configuration.samplesPerPath)
      follow(series, &step) { $0.observe(judgement) }
    }
  }

  /// Has both trackers of a series do something, and notes what came of it.
  private mutating func follow(
    _ series: PathRecord.Series, _ step: inout Step, _ body: (inout IncidentTracker) -> IncidentAction?
  ) {
    let site = series.path.site
    let isUnasked = configured[series] == nil
    for tracker in [\SeriesState.breach, \SeriesState.unmeasured] {
      let isFull = isUnasked && unasked[site]?.incidents ?? 0 >= Unasked.incidentLimit
      let kept = isFull ? self[series][keyPath: tracker] : nil
      let before = self[series][keyPath: tracker].incident
      // A route that came in the same delivery belongs in what is told.
      addRoute(to: series, tracker)
      let action = body(&self[series][keyPath: tracker])
      addRoute(to: series, tracker)
      let after = self[series][keyPath: tracker].incident
      guard action != nil || before != after else { continue }
      if let kept, before == nil {
        self[series][keyPath: tracker] = kept
        step.left[site, default: 0] += 1
        continue
      }
      if isUnasked {
        unasked[site, default: Unasked()].incidents += (after == nil ? 0 : 1) - (before == nil ? 0 : 1)
      }
      step.changed.insert(series)
      if let action {
        step.actions.append(action)
        step.incidents.append(action.incident)
        if action.incident.phase == .resolved { close(action.incident) }
      } else if let after {
        step.incidents.append(after)
      } else if let before {
        step.withdrawn.append(before)
      }
    }
  }

  /// As it counts with what was announced.
  private func planned(_ judgement: Judgement) -> Judgement {
    let path = judgement.series.path
    let work = plannedWorks.first { $0.covers(path, judgement.interval) }
    return work.map { judgement.planned(for: $0.reason) } ?? judgement
  }

  /// Says of the open incidents between these ends which way their packets went.
  private mutating func noteRoutes(between ends: Set<Routes.Ends>, _ step: inout Step) {
    guard !ends.isEmpty else { return }
    for series in states.keys.filter({ ends.contains(Routes.Ends($0.path)) }) {
      for tracker in [\SeriesState.breach, \SeriesState.unmeasured] {
        guard addRoute(to: series, tracker), let incident = self[series][keyPath: tracker].incident else { continue }
        step.changed.insert(series)
        step.incidents.append(incident)
      }
    }
  }

  /// The route at its beginning is the one that tells: it is added once. Whether it was.
  @discardableResult
  private mutating func addRoute(
    to series: PathRecord.Series, _ tracker: WritableKeyPath<SeriesState, IncidentTracker>
  ) -> Bool {
    guard let incident = self[series][keyPath: tracker].incident, incident.route == nil,
      let route = routes.change(for: incident)
    else { return false }
    self[series][keyPath: tracker].note(route)
    return true
  }

  private func isForgotten(_ state: SeriesState, _ now: WallTime) -> Bool {
    let silence = state.isWithdrawn ? configuration.forgetWithdrawnAfter : configuration.forgetAfter
    return !state.rules.isExpected && configured[state.series] == nil && now >= (state.heardAt ?? startedAt) + silence
  }

  private mutating func forget(_ series: PathRecord.Series, _ now: WallTime, _ step: inout Step) {
    let incidents = self[series].incidents
    for var incident in incidents {
      guard incident.phase == .firing else {
        step.withdrawn.append(incident)
        continue
      }
      incident.phase = .resolved
      incident.resolvedAt = now
      step.incidents.append(incident)
      step.actions.append(.resolve(incident))
      close(incident)
    }
    if var site = unasked[series.path.site] {
      site.incidents -= incidents.count
      site.series -= 1
      unasked[series.path.site] = site.series > 0 ? site : nil
    }
    states[series] = nil
    sorted = []
    step.forgotten.insert(series)
  }

  private mutating func close(_ incident: Incident) {
    closed.insert(incident, at: 0)
    if closed.count > Self.closedLimit { closed.removeLast() }
  }
}
