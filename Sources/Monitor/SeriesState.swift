import Alerting
import History
import Measurement
import Wire

/// What is known of one judged series.
struct SeriesState: Sendable {
  let series: PathRecord.Series
  let rules: PathJudge.Rules
  var judge: PathJudge
  /// Follows limits that are broken.
  var breach: IncidentTracker
  /// Follows what cannot be told.
  var unmeasured: IncidentTracker
  /// By rising start.
  private(set) var recent: [PathSample] = []
  /// When a record came last, if one did in this run.
  var heardAt: WallTime?
  /// It was to be measured and is no more: nobody is to wait for it.
  var isWithdrawn = false

  init(_ series: PathRecord.Series, _ rules: PathJudge.Rules, _ incidentRules: IncidentRules) {
    self.series = series
    self.rules = rules
    judge = PathJudge(series: series, rules: rules)
    breach = IncidentTracker(kind: .breach, rules: incidentRules)
    unmeasured = IncidentTracker(kind: .unmeasured, rules: incidentRules)
  }

  /// The same series by other rules: what was judged and told stays.
  func judged(by rules: PathJudge.Rules, _ incidentRules: IncidentRules) -> SeriesState {
    var state = SeriesState(series, rules, incidentRules)
    for tracker in trackers { state.restore(StoredTracker(series: series, tracker)) }
    state.recent = recent
    state.heardAt = heardAt
    state.isWithdrawn = isWithdrawn
    return state
  }

  /// Takes up a tracker where the last run left it.
  mutating func restore(_ stored: StoredTracker) {
    switch stored.kind {
    case .breach: breach = IncidentTracker(kind: .breach, rules: breach.rules, state: stored.state)
    case .unmeasured: unmeasured = IncidentTracker(kind: .unmeasured, rules: unmeasured.rules, state: stored.state)
    }
  }

  var trackers: [IncidentTracker] { [breach, unmeasured] }
  /// Pending and firing ones.
  var incidents: [Incident] { trackers.compactMap(\.incident) }
  var verdict: Verdict { recent.last?.verdict ?? .unknown }

  /// Puts a judged interval where it belongs; a second judgement of it replaces the first.
  mutating func note(_ sample: PathSample, capacity: Int) {
    let place = recent.lastIndex { $0.interval.start <= sample.interval.start }
    if let place, recent[place].interval.start == sample.interval.start {
      recent[place] = sample
    } else {
      recent.insert(sample, at: place.map { $0 + 1 } ?? 0)
      if recent.count > capacity { recent.removeFirst(recent.count - capacity) }
    }
  }

  /// The wall clock was set by `step` nanoseconds. What is shown moves along, or the newest would stay the newest until
  /// a clock that went back has caught up.
  mutating func clockStepped(by step: Int64) {
    for place in recent.indices {
      recent[place].interval.start = recent[place].interval.start.advanced(byNanoseconds: step)
    }
    breach.clockStepped(by: step)
    unmeasured.clockStepped(by: step)
    heardAt = nil
  }

  var pathState: PathState {
    PathState(path: series.path, origin: series.origin, verdict: verdict, objective: rules.objective, recent: recent)
  }
}
