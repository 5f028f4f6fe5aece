import Measurement
import Probes

/// One probe that an agent runs again and again.
public struct ScheduledProbe: Sendable, Hashable {
  /// The name of the job that asks for it.
  public var job: String
  public var kind: ProbeKind
  /// Configured id of the target, for the records' paths.
  public var target: String
  public var request: ProbeRequest
  public var timing: ProbeTiming
  /// The target is a site, and what answers is its router.
  public var endsAtRouter: Bool

  public init(
    job: String, kind: ProbeKind, target: String, request: ProbeRequest, timing: ProbeTiming, endsAtRouter: Bool = false
  ) {
    self.job = job
    self.kind = kind
    self.target = target
    self.request = request
    self.timing = timing
    self.endsAtRouter = endsAtRouter
  }

  /// Tells it from the agent's others.
  var name: String { "\(job) \(target)" }

  /// What its moment within an interval follows from: both ends of a call have the same.
  func phaseName(from site: String) -> String {
    request.place?.roomName.map { "\(job) \($0)" } ?? "\(name) \(site)"
  }

  /// The paths that its records speak of.
  func paths(from site: String) -> [Path] {
    kind.streams(request).map { path(from: site, route: $0.route, label: $0.label) }
  }

  /// The series that its records belong to.
  func series(from site: String) -> [PathRecord.Series] {
    paths(from: site).map { PathRecord.Series(path: $0, origin: .probe(kind: kind.name)) }
  }

  /// The path of what the kind found on a route.
  func path(from site: String, route: Path.Route, label: String) -> Path {
    Path(site: site, target: target, route: route, label: endsAtRouter ? Path.routerLabel(label) : label)
  }
}
