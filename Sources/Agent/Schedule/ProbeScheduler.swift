import API
import Foundation
import Measurement
import Probes
import Synchronization
import Transport
import Wire

/// Runs an agent's scheduled probes and gives their records its identity.
final class ProbeScheduler: Sendable {
  struct Counts: Sendable, Equatable {
    /// Runs left out because the one before was still going on.
    var leftOut = 0
    /// Why a probe could not measure at all, by its name; none once it could.
    var problems: [String: JobProblem] = [:]

    var sortedProblems: [JobProblem] { problems.sorted { $0.key < $1.key }.map(\.value) }
  }

  private struct State: Sendable {
    var schedule: ProbeSchedule
    var counts = Counts()
    var isStopped = false
  }

  private let probes: [ScheduledProbe]
  private let agent: String
  private let site: String
  private let verified: VerifiedSeries
  private let boot = Entropy().next()
  private let sink: @Sendable ([PathRecord]) -> Void
  private let state: Mutex<State>
  private let task: Mutex<Task<Void, Never>?> = Mutex(nil)

  /// Looks at the clock so often at the least: it may be set.
  private static let longestWait: Duration = .seconds(60)

  /// Starts at once.
  /// - Parameters:
  ///   - agent: its name in records.
  ///   - verified: what is known to answer.
  ///   - sink: gets the records of each run.
  init(
    _ probes: [ScheduledProbe], agent: String, site: String, verified: VerifiedSeries,
    sink: @escaping @Sendable ([PathRecord]) -> Void
  ) {
    self.probes = probes
    self.agent = agent
    self.site = site
    self.verified = verified
    self.sink = sink
    let entries = probes.map { ProbeSchedule.Entry(name: $0.phaseName(from: site), timing: $0.timing) }
    let schedule = ProbeSchedule(entries, now: SystemClock.wallTime, offset: Self.offset)
    state = Mutex(State(schedule: schedule))
    task.withLock { $0 = Task { await self.run() } }
  }

  var counts: Counts { state.withLock { $0.counts } }

  /// Starts nothing more; what is being measured is still told.
  func retire() {
    task.withLock { $0 }?.cancel()
  }

  /// Starts nothing more; what is being measured is given up.
  func stop() {
    state.withLock { $0.isStopped = true }
    retire()
  }

  /// Seconds that a zone's clocks are ahead of UTC.
  static let offset: @Sendable (String, Int64) -> Int64 = { zone, second in
    let zone = TimeZone(identifier: zone) ?? .gmt
    return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(second))))
  }

  private func run() async {
    while !Task.isCancelled {
      let now = SystemClock.wallTime
      // Each by itself: who ends the schedule does not wait for what is being measured.
      for index in state.withLock({ $0.schedule.advance(to: now) }) {
        Task { await self.measure(probes[index], index) }
      }
      let next = state.withLock { $0.schedule.nextTime }
      let wait = next.map { min($0 - SystemClock.wallTime, Self.longestWait) } ?? Self.longestWait
      try? await Task.sleep(for: max(wait, .milliseconds(1)))
    }
  }

  private func measure(_ probe: ScheduledProbe, _ index: Int) async {
    var records: [PathRecord] = []
    var problem: JobProblem?
    do {
      records = try await probe.kind.measure(probe.request).streams.map {
        verified.applied(to: identified($0.record, probe))
      }
    } catch {
      problem = JobProblem(file: "probes/\(probe.job).yaml", message: "\(probe.target): \(error.description)")
    }
    let isTold = state.withLock { state in
      state.counts.problems[probe.name] = problem
      state.schedule.finished(index)
      state.counts.leftOut = state.schedule.leftOut
      return !state.isStopped
    }
    if isTold, !records.isEmpty { sink(records) }
  }

  private func identified(_ record: PathRecord, _ probe: ScheduledProbe) -> PathRecord {
    var record = record
    record.id = PathRecord.ID(
      agent: agent, boot: boot,
      path: probe.path(from: site, route: record.path.route, label: record.path.label),
      origin: record.origin, intervalStart: record.id.intervalStart)
    return record
  }
}
