import Measurement
import Probes
import Synchronization
import Transport
import Wire

/// Follows the routes to what is measured: looks at every record, and hands in what it finds as records of its own.
final class RouteTracer: Sendable {
  /// What a target is held to, and where it is.
  struct Target: Sendable {
    var kind: ProbeKind
    var limits: ProbeLimits
    /// Host, or host and port.
    var address: String
  }

  private struct State: Sendable {
    var watch = RouteWatch()
    var targets: [PathRecord.Series: Target] = [:]
    /// Waiting for their turn, and being followed: each target once.
    var waiting: [Job] = []
    var following: Set<String> = []
    var isStopped = false
  }

  private struct Job: Sendable {
    var target: String
    var address: String
    var isIncident: Bool
  }

  /// Of what is run from time to time, what goes straight to a host.
  static let kinds: Set<ProbeKind> = [.stun, .tcp, .icmp]
  /// So many at the same time: a line that is cut is cut for all of its targets.
  private static let width = 4

  private let site: String
  private let agent: String
  private let boot = Entropy().next()
  private let sink: @Sendable ([PathRecord]) -> Void
  private let state = Mutex(State())

  init(site: String, agent: String, sink: @escaping @Sendable ([PathRecord]) -> Void) {
    self.site = site
    self.agent = agent
    self.sink = sink
  }

  /// Follows the routes of these from now on.
  func take(_ targets: [PathRecord.Series: Target]) {
    state.withLock { $0.targets = targets }
  }

  /// Looks at what was measured; never blocks.
  func observe(_ records: [PathRecord]) {
    let now = SystemClock.now
    state.withLock { state in
      for record in records {
        guard let target = state.targets[record.series], record.condition == .measured else { continue }
        let isBad = target.kind.status(of: record, limits: target.limits) == .breach
        let id = record.path.target
        guard state.watch.isDue(id, isBad: isBad, at: now), !state.waiting.contains(where: { $0.target == id }) else {
          continue
        }
        let job = Job(target: id, address: target.address, isIncident: isBad)
        // What is wrong now comes before what is well.
        if isBad { state.waiting.insert(job, at: 0) } else { state.waiting.append(job) }
      }
    }
    begin()
  }

  func stop() {
    state.withLock {
      $0.isStopped = true
      $0.waiting = []
    }
  }

  private func begin() {
    let jobs = state.withLock { state in
      var jobs: [Job] = []
      while state.following.count < Self.width,
        let place = state.waiting.firstIndex(where: { !state.following.contains($0.target) })
      {
        jobs.append(state.waiting.remove(at: place))
        state.following.insert(jobs[jobs.count - 1].target)
      }
      return jobs
    }
    for job in jobs { Task { await self.follow(job) } }
  }

  private func follow(_ job: Job) async {
    let result = try? await ProbeKind.trace.measure(ProbeRequest(target: job.address))
    let isStopped = state.withLock { state in
      state.following.remove(job.target)
      return state.isStopped
    }
    guard !isStopped else { return }
    if var record = result?.streams.first?.record {
      record.id = PathRecord.ID(
        agent: agent, boot: boot,
        path: Path(
          site: site, target: job.target, route: .direct, label: job.isIncident ? Path.incidentRouteLabel : ""),
        origin: record.origin, intervalStart: record.id.intervalStart)
      sink([record])
    }
    begin()
  }
}
