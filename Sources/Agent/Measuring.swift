import Measurement
import Probes
import Synchronization
import Transport
import Wire

/// What the agent measures at present, and how it goes over to something else.
final class Measuring: Sendable {
  private let site: String
  private let agent: String
  private let sink: @Sendable ([PathRecord]) -> Void
  private let tracer: RouteTracer
  private let verified: VerifiedSeries
  private let state: Mutex<State>

  private struct State: Sendable {
    var work: AgentConfiguration.Work
    var run: STAMPRun?
    var scheduler: ProbeScheduler?
    var isStarted = false
  }

  /// - Parameters:
  ///   - agent: its name in records.
  ///   - verified: what is known to answer.
  ///   - work: what `start` begins with; `check` has found it right.
  ///   - sink: gets each record, on the measuring thread: it must not block.
  init(
    site: String, agent: String, verified: VerifiedSeries, work: AgentConfiguration.Work,
    sink: @escaping @Sendable ([PathRecord]) -> Void
  ) {
    self.site = site
    self.agent = agent
    self.verified = verified
    let tracer = RouteTracer(site: site, agent: agent, sink: sink)
    self.tracer = tracer
    self.sink = { records in
      tracer.observe(records)
      sink(records)
    }
    state = Mutex(State(work: work))
  }

  /// No two of its records may have one identity.
  static func check(_ work: AgentConfiguration.Work, of site: String) throws(AgentError) {
    var seen: Set<PathRecord.Series> = []
    func note(_ path: Path, _ kind: String) throws(AgentError) {
      let series = PathRecord.Series(path: path, origin: .probe(kind: kind))
      if !seen.insert(series).inserted { throw .pathTwice(path) }
    }
    for target in work.targets {
      for stream in target.streams {
        try note(
          Path(site: site, target: target.id, route: target.route, label: stream.label), ProbeKind.stamp.name)
      }
    }
    for probe in work.scheduled {
      for path in probe.paths(from: site) { try note(path, probe.kind.name) }
    }
  }

  /// Begins to measure.
  func start() throws {
    try state.withLock { state in
      tracer.take(routes(of: state.work))
      state.run = try run(state.work)
      state.scheduler = scheduler(state.work)
      state.isStarted = true
    }
  }

  /// Measures this from now on; on an error what it did before. Intervals that are under way are cut short and say so;
  /// what is as it was goes on.
  func take(_ work: AgentConfiguration.Work) throws {
    try Self.check(work, of: site)
    try state.withLock { state in
      guard state.isStarted, state.work != work else { return state.work = work }
      if (work.targets, work.recordLength) != (state.work.targets, state.work.recordLength) {
        state.run?.stop()
        state.run = nil
        do {
          state.run = try run(work)
        } catch {
          // It ran a moment ago.
          state.run = try? run(state.work)
          throw error
        }
      }
      if work.scheduled != state.work.scheduled {
        state.scheduler?.retire()
        state.scheduler = scheduler(work)
      }
      state.work = work
      tracer.take(routes(of: work))
    }
  }

  /// What the routes to are followed, by the series whose records tell when.
  private func routes(of work: AgentConfiguration.Work) -> [PathRecord.Series: RouteQueue.Target] {
    var targets: [PathRecord.Series: RouteQueue.Target] = [:]
    for target in work.targets where target.route == .direct {
      guard let limits = target.limits else { continue }
      for stream in target.streams {
        let path = Path(site: site, target: target.id, route: .direct, label: stream.label)
        targets[PathRecord.Series(path: path, origin: .probe(kind: ProbeKind.stamp.name))] = RouteQueue.Target(
          kind: .stamp, limits: limits, address: target.endpoint.description)
      }
    }
    for probe in work.scheduled where RouteTracer.kinds.contains(probe.kind) {
      guard let limits = probe.request.limits else { continue }
      for series in probe.series(from: site) {
        targets[series] = RouteQueue.Target(kind: probe.kind, limits: limits, address: probe.request.target)
      }
    }
    return targets
  }

  func stop() {
    tracer.stop()
    let (run, scheduler) = state.withLock { state in
      state.isStarted = false
      return (state.run.take(), state.scheduler.take())
    }
    scheduler?.stop()
    run?.stop()
  }

  var counts: ProbeScheduler.Counts {
    state.withLock { $0.scheduler }?.counts ?? ProbeScheduler.Counts()
  }

  private func scheduler(_ work: AgentConfiguration.Work) -> ProbeScheduler? {
    verified.keep(only: work.scheduled.flatMap { $0.series(from: site) })
    guard !work.scheduled.isEmpty else { return nil }
    return ProbeScheduler(work.scheduled, agent: agent, site: site, verified: verified, sink: sink)
  }

  /// Under a number of its own, so that an interval's parts before and after are two records.
  private func run(_ work: AgentConfiguration.Work) throws -> STAMPRun? {
    let boot = Entropy().next()
    let jobs = work.targets.flatMap { target in
      target.streams.enumerated().map { index, stream in
        STAMPJob(
          target: target.endpoint,
          meter: STAMPMeter.Configuration(
            agent: agent, path: Path(site: site, target: target.id, route: target.route, label: stream.label),
            stream: stream, recordLength: work.recordLength),
          boot: boot, options: target.options.forStream(index))
      }
    }
    return jobs.isEmpty ? nil : try STAMPRun(jobs, sink: sink)
  }
}
