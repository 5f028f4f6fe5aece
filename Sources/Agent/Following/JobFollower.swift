import API
import Fetch
import Foundation
import Synchronization
import Transport
import Wire

/// Tells the monitor how the agent stands, and does what it is told: asks again and again for the job set that is meant
/// for this site, applies one that is right, and reports one that is not and goes on with what it did.
final class JobFollower: Sendable {
  struct State: Sendable {
    var applied: Int?
    var rejected: Int?
    var problems: [JobProblem] = []
    /// Why the monitor was not reached or does not want this agent.
    var error: String?
    var clock: ClockWatch
  }

  private let site: String
  private let monitor: AgentConfiguration.Monitor
  private let jobs: AgentConfiguration.Jobs
  private let store: JobStore
  private let fetcher: Fetcher
  private let apply: @Sendable (AgentConfiguration.Work) throws -> Void
  private let problems: @Sendable () -> [JobProblem]
  private let records: @Sendable () -> AgentReport.Records
  private let state: Mutex<State>

  /// - Parameters:
  ///   - applied: the version that is in force already.
  ///   - apply: takes up other work, or throws a sentence and leaves all as it was.
  ///   - problems: what is in force and cannot be done at present.
  init(
    site: String, monitor: AgentConfiguration.Monitor, jobs: AgentConfiguration.Jobs, applied: Int?, fetcher: Fetcher,
    apply: @escaping @Sendable (AgentConfiguration.Work) throws -> Void,
    problems: @escaping @Sendable () -> [JobProblem], records: @escaping @Sendable () -> AgentReport.Records
  ) {
    self.site = site
    self.monitor = monitor
    self.jobs = jobs
    store = JobStore(file: jobs.file)
    self.fetcher = fetcher
    self.apply = apply
    self.problems = problems
    self.records = records
    state = Mutex(State(applied: applied, clock: ClockWatch(at: SystemClock.reading())))
  }

  /// What was applied last and is on disk, when it can still be read.
  static func stored(_ jobs: AgentConfiguration.Jobs) -> (version: Int, work: AgentConfiguration.Work)? {
    guard let set = JobStore(file: jobs.file).load(), let work = try? jobs.read(set.files) else { return nil }
    return (set.version, work)
  }

  var current: State { state.withLock { $0 } }

  /// Asks until the task is cancelled; `onFirst` is called when the first answer, or none, has come.
  func run(onFirst: @Sendable () -> Void) async {
    var backoff = Backoff()
    var isFirst = true
    while !Task.isCancelled {
      let outcome = await exchange()
      if isFirst { onFirst() }
      isFirst = false
      switch outcome {
      case .upToDate:
        backoff.reset()
        // Not all of a fleet at once.
        try? await Task.sleep(for: jobs.interval * Double.random(in: 0.8...1.2))
      case .offered(let set):
        backoff.reset()
        take(set)
      case .failed(let reason):
        state.withLock { $0.error = reason }
        try? await Task.sleep(for: backoff.next(atLeast: nil))
      }
    }
  }

  private enum Outcome {
    case upToDate
    case offered(JobSet)
    case failed(String)
  }

  private func exchange() async -> Outcome {
    let report = report()
    guard let body = try? JSONEncoder().encode(report) else { preconditionFailure("texts and numbers always encode") }
    let request = FetchRequest(
      "POST", monitor.reports, headers: monitor.headers + [.init("Content-Type", "application/json")],
      body: Array(body), trust: monitor.trust, timeout: .seconds(20), maximumBodyBytes: 4 * JobSet.maximumBytes)
    let sent = SystemClock.reading()
    let response: FetchResponse
    do {
      response = try await fetcher.fetch(request)
    } catch {
      return .failed(error.description)
    }
    let received = SystemClock.reading()
    if let time = response.monitorTime {
      state.withLock { $0.clock.take(time, sent: sent, received: received) }
    }
    switch response.status {
    case 204:
      state.withLock { $0.error = nil }
      return .upToDate
    case 200:
      guard let set = try? JSONDecoder().decode(JobSet.self, from: Data(response.body)), set.isWhole else {
        return .failed("\(monitor.reports) sent jobs that are not whole")
      }
      state.withLock { $0.error = nil }
      return .offered(set)
    default:
      return .failed(response.refusal(of: monitor.reports))
    }
  }

  private func report() -> AgentReport {
    let kernel = SystemClock.synchronization
    let reading = SystemClock.reading()
    let (records, problems) = (records(), problems())
    return state.withLock { state in
      state.clock.observe(reading)
      let offset = state.clock.offset
      return AgentReport(
        site: site, appliedJobs: state.applied, rejectedJobs: state.rejected,
        problems: Array((state.problems + problems).prefix(50)),
        clock: AgentClock(
          isSynchronized: kernel.isSynchronized, source: ClockSource.current(),
          maximumErrorSeconds: Double(kernel.maximumErrorNanoseconds) / 1e9,
          offsetSeconds: offset.map { Double($0.nanoseconds) / 1e9 },
          offsetErrorSeconds: offset.map { Double($0.errorNanoseconds) / 1e9 },
          since: Double(state.clock.since.nanoseconds) / 1e9),
        records: records)
    }
  }

  /// Applies a set, or notes why it cannot be.
  private func take(_ set: JobSet) {
    do {
      try apply(try jobs.read(set.files))
    } catch {
      let problems = (error as? JobError)?.problems ?? [JobProblem(file: "jobs", message: "\(error)")]
      return state.withLock { ($0.rejected, $0.problems) = (set.version, Array(problems.prefix(50))) }
    }
    var problems: [JobProblem] = []
    do {
      try store.save(set)
    } catch {
      // In force until the next start, which asks for it again.
      problems = [JobProblem(file: jobs.file, message: error.description)]
    }
    state.withLock { ($0.applied, $0.rejected, $0.problems) = (set.version, nil, problems) }
  }
}

extension FetchResponse {
  /// The monitor's clock when it answered.
  var monitorTime: WallTime? {
    guard let seconds = header(AgentReport.timeHeaderName).flatMap({ Double($0) }), (0...9e9).contains(seconds) else {
      return nil
    }
    return WallTime(nanoseconds: Int64(seconds * 1e6) * 1_000)
  }
}
