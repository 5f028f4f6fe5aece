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
  private let state: Mutex<State>

  private struct State: Sendable {
    var work: AgentConfiguration.Work
    var run: STAMPRun?
    var isStarted = false
  }

  /// - Parameters:
  ///   - agent: its name in records.
  ///   - work: what `start` begins with; `check` has found it right.
  ///   - sink: gets each record, on the measuring thread: it must not block.
  init(
    site: String, agent: String, work: AgentConfiguration.Work, sink: @escaping @Sendable ([PathRecord]) -> Void
  ) {
    self.site = site
    self.agent = agent
    self.sink = sink
    state = Mutex(State(work: work))
  }

  /// No two of its records may have one identity.
  static func check(_ work: AgentConfiguration.Work, of site: String) throws(AgentError) {
    var seen: Set<Path> = []
    for target in work.targets {
      for stream in target.streams {
        let path = Path(site: site, target: target.id, route: target.route, label: stream.label)
        if !seen.insert(path).inserted { throw .pathTwice(path) }
      }
    }
  }

  /// Begins to measure.
  func start() throws {
    try state.withLock { state in
      state.run = try run(state.work)
      state.isStarted = true
    }
  }

  /// Measures this from now on; on an error what it did before. Intervals that are under way are cut short and say so.
  func take(_ work: AgentConfiguration.Work) throws {
    try Self.check(work, of: site)
    try state.withLock { state in
      guard state.isStarted, state.work != work else { return state.work = work }
      state.run?.stop()
      state.run = nil
      do {
        state.run = try run(work)
        state.work = work
      } catch {
        // It ran a moment ago.
        state.run = try? run(state.work)
        throw error
      }
    }
  }

  func stop() {
    let run = state.withLock { state in
      state.isStarted = false
      return state.run.take()
    }
    run?.stop()
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
