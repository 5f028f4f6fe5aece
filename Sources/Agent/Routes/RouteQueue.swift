import Measurement
import Probes
import Wire

/// Whose route is followed next, as a value in virtual time: records go in, and routes to follow come out.
struct RouteQueue: Sendable {
  /// What a target is held to, and where it is.
  struct Target: Sendable {
    var kind: ProbeKind
    var limits: ProbeLimits
    /// Host, or host and port.
    var address: String
  }

  /// One route to follow.
  struct Job: Sendable, Equatable {
    var target: String
    var address: String
    var isIncident: Bool

    /// What was found, as a record of the agent's own.
    func record(of found: PathRecord, agent: String, site: String, boot: UInt64) -> PathRecord {
      var record = found
      record.id = PathRecord.ID(
        agent: agent, boot: boot,
        path: Path(site: site, target: target, route: .direct, label: isIncident ? Path.incidentRouteLabel : ""),
        origin: found.origin, intervalStart: found.id.intervalStart)
      return record
    }
  }

  /// So many at the same time: a line that is cut is cut for all of its targets.
  static let width = 4

  /// Whose records are looked at.
  var targets: [PathRecord.Series: Target] = [:]
  private var watch = RouteWatch()
  /// Each target once.
  private var waiting: [Job] = []
  private var following: Set<String> = []
  private(set) var isStopped = false

  /// Looks at what was measured.
  mutating func observe(_ records: [PathRecord], at now: MonotonicTime) {
    guard !isStopped else { return }
    for record in records {
      guard let target = targets[record.series], record.condition == .measured else { continue }
      let isBad = target.kind.status(of: record, limits: target.limits) == .breach
      let id = record.path.target
      guard watch.isDue(id, isBad: isBad, at: now) else { continue }
      let job = Job(target: id, address: target.address, isIncident: isBad)
      if isBad {
        // What is wrong now comes before what is well, also where it was well when it began to wait.
        waiting.removeAll { $0.target == id }
        waiting.insert(job, at: 0)
      } else if !waiting.contains(where: { $0.target == id }) {
        waiting.append(job)
      }
    }
  }

  /// Takes out what is to be followed now; each is told of by `end` afterwards.
  mutating func begin() -> [Job] {
    var jobs: [Job] = []
    while following.count < Self.width,
      let place = waiting.firstIndex(where: { !following.contains($0.target) })
    {
      let job = waiting.remove(at: place)
      following.insert(job.target)
      jobs.append(job)
    }
    return jobs
  }

  /// A route was followed to its end, or could not be.
  mutating func end(_ job: Job) {
    following.remove(job.target)
  }

  /// Follows nothing any more.
  mutating func stop() {
    isStopped = true
    waiting = []
  }
}
