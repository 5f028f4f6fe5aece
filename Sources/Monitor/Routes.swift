import Alerting
import Measurement
import Wire

/// The routes that agents followed last: while all was well, and when something began.
struct Routes: Sendable {
  private struct Ends: Hashable {
    var site: String
    var target: String
  }

  private struct Known: Sendable {
    var good: PathRecord?
    var incident: PathRecord?
  }

  /// More paths than this are not remembered.
  static let limit = 10_000
  /// An agent sees a breach when its record ends; the incident begins where the record does.
  static let tolerance: Duration = .seconds(60)

  private var known: [Ends: Known] = [:]

  mutating func take(_ record: PathRecord) {
    let ends = Ends(site: record.path.site, target: record.path.target)
    guard !record.hops.isEmpty, known[ends] != nil || known.count < Self.limit else { return }
    let place: WritableKeyPath<Known, PathRecord?> =
      record.path.label == Path.incidentRouteLabel ? \.incident : \.good
    let last = known[ends]?[keyPath: place]?.id.intervalStart ?? WallTime(nanoseconds: .min)
    if record.id.intervalStart >= last { known[ends, default: Known()][keyPath: place] = record }
  }

  /// What is known of the route of an incident's path.
  func change(for incident: Incident) -> RouteChange? {
    let path = incident.series.path
    guard path.route == .direct, let known = known[Ends(site: path.site, target: path.target)],
      let record = known.incident, record.id.intervalStart + Self.tolerance >= incident.startedAt
    else { return nil }
    return RouteChange(
      followedAt: record.id.intervalStart, hops: record.hops.map(RouteChange.Hop.init),
      lastGood: known.good?.hops.map(RouteChange.Hop.init))
  }
}
