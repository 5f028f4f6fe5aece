import API
import Fetch
import Measurement
import Probes
import Synchronization
import Transport
import Wire

/// A site's agent: its reflector answers others, its sender measures the configured paths, and its records reach the
/// monitor whatever happens on the way.
///
/// Threads: `stamp-reflector`, `stamp-sender`, `agent-spool` and libcurl's `fetch`; one task delivers.
public final class AgentService: Sendable {
  public struct Status: Sendable, Equatable {
    /// Records on disk that the monitor has not committed yet.
    public var waitingRecords: Int
    public var deliveredRecords: Int
    /// Records lost because the spool was full or the disk refused them for too long.
    public var droppedRecords: Int
    /// Records the monitor will never take.
    public var refusedRecords: Int
    /// Spool files that were damaged, kept as `*.damaged` in the spool's folder.
    public var damagedSpoolFiles: Int
    /// Why the last delivery failed, `nil` once one succeeded.
    public var deliveryError: String?
    /// Why the last write to the spool failed, `nil` once one succeeded.
    public var spoolError: String?
    public var reflector: Reflector.Counts?
    /// The job set in force; `nil` while it does what its own configuration says.
    public var appliedJobs: Int?
    /// Why the job set that the monitor offers is not in force.
    public var jobProblems: [JobProblem]
    /// Runs of scheduled probes left out because the one before was still going on.
    public var leftOutRuns: Int
    /// Why scheduled probes could not measure at all the last time.
    public var probeProblems: [JobProblem]
    /// Why the last question for jobs was not answered, `nil` once one was.
    public var jobsError: String?
  }

  private struct Delivered: Sendable {
    var records = 0
    var refused = 0
    var error: String?
  }

  /// The configured id of the site it stands at.
  public let site: String
  /// Where its records wait.
  public let spoolFolder: String
  private let spool: SpoolWriter
  private let reflector: Reflector?
  private let measuring: Measuring
  private let fetcher = Fetcher()
  private let delivered: SharedDelivered
  private let follower: JobFollower?
  private let tasks: [Task<Void, Never>]

  private final class SharedDelivered: Sendable {
    let state = Mutex(Delivered())
  }

  /// Takes its ports and its spool, answers others and delivers what waits; measures nothing before `start`. Throws a
  /// sentence and leaves nothing running.
  public init(_ configuration: AgentConfiguration) throws {
    let stored = configuration.jobs.flatMap(JobFollower.stored)
    let work = stored?.work ?? configuration.work
    try Measuring.check(work, of: configuration.site)
    let spool = try SpoolWriter(folder: configuration.spoolFolder, capacityBytes: configuration.spoolBytes)
    let measuring = Measuring(
      site: configuration.site, agent: configuration.name,
      verified: VerifiedSeries(file: configuration.spoolFolder + "/verified.json"), work: work
    ) { spool.post($0) }
    do {
      reflector = try configuration.reflector.map { try Reflector($0) }
    } catch {
      spool.stop()
      throw error
    }
    self.spool = spool
    site = configuration.site
    spoolFolder = configuration.spoolFolder
    self.measuring = measuring
    let delivered = SharedDelivered()
    self.delivered = delivered
    let follower = configuration.jobs.map { [fetcher] jobs in
      JobFollower(
        site: configuration.site, monitor: configuration.monitor, jobs: jobs, applied: stored?.version,
        fetcher: fetcher,
        apply: measuring.take, problems: { measuring.counts.sortedProblems },
        records: {
          let (counts, delivered) = (spool.counts, delivered.state.withLock { $0 })
          return AgentReport.Records(
            waiting: counts.waiting, delivered: delivered.records, dropped: counts.dropped, refused: delivered.refused)
        })
    }
    self.follower = follower
    let post = RecordPost(monitor: configuration.monitor, fetcher: fetcher)
    // The monitor is told how the clock stands before it is given what was stamped by it.
    let (told, tell) = AsyncStream<Void>.makeStream()
    if follower == nil { tell.finish() }
    tasks = [
      Task {
        for await _ in told {}
        await Self.deliver(from: spool, by: post, into: delivered)
      },
      Task { await follower?.run { tell.finish() } },
    ]
  }

  /// Begins to measure: when everything else of the process is sure to run.
  public func start() throws {
    try measuring.start()
  }

  /// Does what its own configuration says now, unless it does a job set that was published to it.
  public func take(_ work: AgentConfiguration.Work) throws {
    guard follower?.current.applied == nil else { return }
    try measuring.take(work)
  }

  /// Where the reflector listens, with the port the system chose where 0 was asked for.
  public var reflectorEndpoint: Endpoint? { reflector?.endpoint }

  /// Takes records from other sources of this process, the relay's calls above all; returns when they are safe on disk.
  public func submit(_ records: [PathRecord]) async throws(SpoolError) {
    try await spool.append(records)
  }

  /// The same for producers that cannot wait: what the disk refuses is kept in memory and tried again.
  public func post(_ records: [PathRecord]) {
    spool.post(records)
  }

  public var status: Status {
    let counts = spool.counts
    let delivered = delivered.state.withLock { $0 }
    let following = follower?.current
    let scheduled = measuring.counts
    return Status(
      waitingRecords: counts.waiting, deliveredRecords: delivered.records, droppedRecords: counts.dropped,
      refusedRecords: delivered.refused, damagedSpoolFiles: counts.damagedSegments, deliveryError: delivered.error,
      spoolError: counts.lastError?.description, reflector: reflector?.counts, appliedJobs: following?.applied,
      jobProblems: following?.problems ?? [], leftOutRuns: scheduled.leftOut,
      probeProblems: scheduled.sortedProblems, jobsError: following?.error)
  }

  /// Stops measuring, keeps what was measured, and ends. What could not be delivered is delivered after the next start.
  public func shutdown() async {
    for task in tasks { task.cancel() }
    measuring.stop()
    reflector?.stop()
    spool.stop()
    fetcher.shutdown()
    for task in tasks { await task.value }
  }

  // MARK: Delivery

  /// Oldest first, one batch at a time. Nothing is given up but what the monitor refuses for itself.
  private static func deliver(from spool: SpoolWriter, by post: RecordPost, into delivered: SharedDelivered) async {
    var backoff = Backoff()
    // After a refusal batches get shorter, down to the one record that is at fault.
    var limit = SpoolWriter.recordsPerBatch
    while !Task.isCancelled, let next = await spool.nextBatch() {
      let batch = next.prefix(limit)
      switch await post.send(batch) {
      case .committed:
        spool.acknowledge(batch)
        delivered.state.withLock {
          $0.records += batch.payloads.count
          $0.error = nil
        }
        backoff.reset()
        limit = min(limit * 2, SpoolWriter.recordsPerBatch)
      case .refused(let reason) where batch.payloads.count > 1:
        limit = batch.payloads.count / 2
        delivered.state.withLock { $0.error = reason }
      case .refused(let reason):
        spool.acknowledge(batch)
        delivered.state.withLock {
          $0.refused += 1
          $0.error = reason
        }
      case .unavailable(let reason, let retryAfter):
        delivered.state.withLock { $0.error = reason }
        try? await Task.sleep(for: backoff.next(atLeast: retryAfter))
      }
    }
  }
}

/// Why an agent cannot start, beside what its sockets and its spool say.
public enum AgentError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Two records would have one identity.
  case pathTwice(Path)

  public var description: String {
    switch self {
    case .pathTwice(let path):
      "The path from \(path.site) to \(path.target) (\(path.route.rawValue), \(path.label)) is to be measured twice; "
        + "remove one of its jobs."
    }
  }
}
