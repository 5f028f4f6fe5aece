import Alerting
import Measurement
import Wire

/// The routes that agents followed last: while all was well, and when something began.
struct Routes: Sendable {
  struct Ends: Sendable, Hashable {
    var site: String
    var target: String

    init(_ path: Path) {
      site = path.site
      target = path.target
    }
  }

  private struct Known: Sendable {
    var good: PathRecord?
    var incident: PathRecord?
  }

  /// Of more of a site's paths than this nothing is remembered: whoever reports names them.
  static let siteLimit = Unasked.seriesLimit
  /// An agent sees a breach when its record ends; the incident begins where the record does.
  static let tolerance: Duration = .seconds(60)

  private var known: [Ends: Known] = [:]
  /// How many of `known` are a site's.
  private var counts: [String: Int] = [:]

  mutating func take(_ record: PathRecord) {
    let ends = Ends(record.path)
    guard !record.hops.isEmpty else { return }
    if known[ends] == nil {
      guard counts[ends.site] ?? 0 < Self.siteLimit else { return }
      counts[ends.site, default: 0] += 1
    }
    let place: WritableKeyPath<Known, PathRecord?> =
      record.path.label == Path.incidentRouteLabel ? \.incident : \.good
    let last = known[ends]?[keyPath: place]?.id.intervalStart ?? WallTime(nanoseconds: .min)
    if record.id.intervalStart >= last { known[ends, default: Known()][keyPath: place] = record }
  }

  /// What is known of the route of an incident's path.
  func change(for incident: Incident) -> RouteChange? {
    let path = incident.series.path
    guard path.route == .direct, let known = known[Ends(path)],
      let record = known.incident, record.id.intervalStart + Self.tolerance >= incident.startedAt
    else { return nil }
    return RouteChange(
      followedAt: record.id.intervalStart, hops: record.hops.map(RouteChange.Hop.init),
      lastGood: known.good?.hops.map(RouteChange.Hop.init))
  }
}
