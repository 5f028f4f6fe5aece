import Measurement
import Probes
import Synchronization
import Transport
import Wire

/// Follows the routes to what is measured: looks at every record, and hands in what it finds as records of its own.
final class RouteTracer: Sendable {
  /// Of what is run from time to time, what goes straight to a host.
  static let kinds: Set<ProbeKind> = [.stun, .tcp, .icmp]

  private let site: String
  private let agent: String
  private let boot = Entropy().next()
  private let sink: @Sendable ([PathRecord]) -> Void
  private let queue = Mutex(RouteQueue())

  init(site: String, agent: String, sink: @escaping @Sendable ([PathRecord]) -> Void) {
    self.site = site
    self.agent = agent
    self.sink = sink
  }

  /// Follows the routes of these from now on.
  func take(_ targets: [PathRecord.Series: RouteQueue.Target]) {
    queue.withLock { $0.targets = targets }
  }

  /// Looks at what was measured; never blocks.
  func observe(_ records: [PathRecord]) {
    let now = SystemClock.now
    queue.withLock { $0.observe(records, at: now) }
    begin()
  }

  func stop() {
    queue.withLock { $0.stop() }
  }

  private func begin() {
    for job in queue.withLock({ $0.begin() }) { Task { await self.follow(job) } }
  }

  private func follow(_ job: RouteQueue.Job) async {
    let result = try? await ProbeKind.trace.measure(ProbeRequest(target: job.address))
    let isStopped = queue.withLock { queue in
      queue.end(job)
      return queue.isStopped
    }
    guard !isStopped else { return }
    if let found = result?.streams.first?.record {
      sink([job.record(of: found, agent: agent, site: site, boot: boot)])
    }
    begin()
  }
}
