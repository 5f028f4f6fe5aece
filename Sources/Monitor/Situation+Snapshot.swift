import Alerting
import History
import Measurement
import Notify
import Wire

/// What is shown and told of a situation.
extension Situation {
  /// Pending and firing ones, newest first.
  var openIncidents: [Incident] {
    states.values.flatMap(\.incidents).sorted { ($1.startedAt, $0.id) < ($0.startedAt, $1.id) }
  }

  func snapshot(at now: WallTime, position: EventID) -> MonitorSnapshot {
    let paths = states.values.sorted { $0.series < $1.series }
    // Of a site without an agent its router speaks.
    let verdicts = Dictionary(grouping: paths) { state in
      state.series.path.endsAtRouter ? state.series.path.target : state.series.path.site
    }.mapValues { $0.map(\.verdict) }
    return MonitorSnapshot(
      position: position, madeAt: now,
      sites: configuration.sites.map { SiteState(site: $0, verdict: Self.worst(of: verdicts[$0.id] ?? [])) },
      paths: paths.map(\.pathState), incidents: states(of: openIncidents + closed),
      plannedWorks: Array(plannedWorks.lazy.filter { $0.end > now }.prefix(Self.shownWorks)))
  }

  /// Where paths begin and end: all sites, and what else is measured to.
  var places: Set<String> {
    var places = Set(configuration.sites.map(\.id))
    for series in states.keys { places.formUnion([series.path.site, series.path.target]) }
    return places
  }

  /// Incidents as they stand, with what people would be told of them now.
  func states(of incidents: [Incident]) -> [IncidentState] {
    zip(incidents, notifications(of: incidents.map(IncidentAction.raise))).map { IncidentState($0, told: $1) }
  }

  /// What people are told of actions, with the likely cause by what all paths together say at this moment: what is bad
  /// together has one cause.
  func notifications(of actions: [IncidentAction]) -> [Notification] {
    guard !actions.isEmpty else { return [] }
    let verdicts = pathVerdicts
    return actions.map { action in
      let incident = action.incident
      // Of what is over, the other paths speak no more.
      let kept = incident.phase == .resolved ? incident.causes?.last?.place : nil
      return Notification(
        action, cause: kept ?? verdicts.place(of: incident), sites: configuration.sites,
        pages: configured[incident.series]?.pages ?? true)
    }
  }

  /// What all paths say at this moment.
  var pathVerdicts: PathVerdicts {
    PathVerdicts(states.values.map { (path: $0.series.path, verdict: $0.verdict) })
  }

  /// What fires, as it was told when it was raised.
  var firingNotifications: [Notification] {
    notifications(of: openIncidents.filter { $0.phase == .firing }.map(IncidentAction.raise))
  }

  /// Of announced work the next is shown.
  private static let shownWorks = 20

  private static func worst(of verdicts: [Verdict]) -> Verdict {
    if verdicts.contains(.bad) { return .bad }
    if verdicts.isEmpty || verdicts.contains(.unknown) { return .unknown }
    return verdicts.contains(.planned) ? .planned : .good
  }
}
