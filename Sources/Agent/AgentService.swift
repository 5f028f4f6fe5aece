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
  private let jobs: [STAMPJob]
  private let sender = Mutex<STAMPRun?>(nil)
  private let fetcher = Fetcher()
  private let delivered: SharedDelivered
  private let delivery: Task<Void, Never>

  private final class SharedDelivered: Sendable {
    let state = Mutex(Delivered())
  }

  /// Takes its ports and its spool, answers others and delivers what waits; measures nothing before `start`. Throws a
  /// sentence and leaves nothing running.
  public init(_ configuration: AgentConfiguration) throws {
    jobs = Self.jobs(configuration)
    if let twice = Self.firstRepeated(jobs.map(\.meter.path)) { throw AgentError.pathTwice(twice) }
    let spool = try SpoolWriter(folder: configuration.spoolFolder, capacityBytes: configuration.spoolBytes)
    do {
      reflector = try configuration.reflector.map { try Reflector($0) }
    } catch {
      spool.stop()
      throw error
    }
    self.spool = spool
    site = configuration.site
    spoolFolder = configuration.spoolFolder
    let post = RecordPost(monitor: configuration.monitor, fetcher: fetcher)
    let delivered = SharedDelivered()
    self.delivered = delivered
    delivery = Task { await Self.deliver(from: spool, by: post, into: delivered) }
  }

  /// Begins to measure: when everything else of the process is sure to run.
  public func start() throws {
    guard !jobs.isEmpty else { return }
    let run = try STAMPRun(jobs) { [spool] in spool.post($0) }
    sender.withLock { $0 = run }
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
    return Status(
      waitingRecords: counts.waiting, deliveredRecords: delivered.records, droppedRecords: counts.dropped,
      refusedRecords: delivered.refused, damagedSpoolFiles: counts.damagedSegments, deliveryError: delivered.error,
      spoolError: counts.lastError?.description,
      reflector: reflector?.counts)
  }

  /// Stops measuring, keeps what was measured, and ends. What could not be delivered is delivered after the next start.
  public func shutdown() async {
    sender.withLock { $0 }?.stop()
    reflector?.stop()
    spool.stop()
    fetcher.shutdown()
    delivery.cancel()
    await delivery.value
  }

  private static func jobs(_ configuration: AgentConfiguration) -> [STAMPJob] {
    let boot = Entropy().next()
    return configuration.targets.flatMap { target in
      target.streams.enumerated().map { index, stream in
        STAMPJob(
          target: target.endpoint,
          meter: STAMPMeter.Configuration(
            agent: configuration.name,
            path: Path(site: configuration.site, target: target.id, route: target.route, label: stream.label),
            stream: stream, recordLength: configuration.recordLength),
          boot: boot, options: target.options.forStream(index))
      }
    }
  }

  private static func firstRepeated(_ paths: [Path]) -> Path? {
    var seen: Set<Path> = []
    return paths.first { !seen.insert($0).inserted }
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
