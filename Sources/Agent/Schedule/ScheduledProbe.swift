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

  public init(job: String, kind: ProbeKind, target: String, request: ProbeRequest, timing: ProbeTiming) {
    self.job = job
    self.kind = kind
    self.target = target
    self.request = request
    self.timing = timing
  }

  /// Tells it from the agent's others.
  var name: String { "\(job) \(target)" }

  /// What its moment within an interval follows from: both ends of a call have the same.
  func phaseName(from site: String) -> String {
    request.place?.roomName.map { "\(job) \($0)" } ?? "\(name) \(site)"
  }

  /// The paths that its records speak of.
  func paths(from site: String) -> [Path] {
    kind.streams(request).map { Path(site: site, target: target, route: $0.route, label: $0.label) }
  }
}
