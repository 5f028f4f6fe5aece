import Glibc
import Measurement
import Transport
import Wire

/// What is asked of a target that answers each request by itself.
struct EchoPlan: Sendable {
  /// What came back.
  enum Answer: Sendable, Equatable {
    case to(Int)
    /// An answer that says why the request could not be served.
    case failure(Int, String)
  }

  var target: Endpoint
  var count: Int
  var interval: Duration
  var dscp: UInt8 = 0
  /// By ICMP instead of UDP.
  var isICMP = false
  /// The request of a number.
  var request: @Sendable (Int) -> [UInt8]
  /// `nil` for what is no answer to any of ours.
  var answer: @Sendable (RawSpan) -> Answer?
}

/// Asks and waits for the answers, on the thread that calls it.
enum EchoRun {
  /// - Parameter record: whose path and kind it is; gets all that was found.
  static func measure(_ plan: EchoPlan, into measurement: inout ProbeMeasurement) throws {
    var options = UDPSocket.Options()
    options.reportsUnreachable = true
    options.echoes = plan.isICMP
    let loop = try EventLoop()
    var socket = try UDPSocket(
      bindingTo: Endpoint(address: plan.target.address.isV4 ? .anyV4 : .anyV6, port: 0), options: options)
    try loop.watch(socket.descriptor, token: 0)
    var received = ReceiveBatch(messages: 16, bytesPerMessage: 9_216)
    var outgoing = SendBatch(datagrams: 1, bytes: 9_216)
    var meter = EchoMeter(capacity: plan.count)
    var failures: Set<String> = []
    var isKernelStamped = true
    let start = SystemClock.reading()
    measurement.record.id.intervalStart = start.wall
    var due = start.monotonic
    var sent = 0
    while true {
      let now = SystemClock.now
      if sent < plan.count, now >= due {
        if now - due > .milliseconds(5) { measurement.record.degradations.insert(.schedulerLate) }
        meter.sent(at: SystemClock.now)
        if !outgoing.append(plan.request(sent).span.bytes, to: plan.target, trafficClass: plan.dscp << 2)
          || socket.flush(&outgoing).sent == 0
        {
          meter.unsent()
        }
        sent += 1
        due = due + plan.interval
        continue
      }
      if sent == plan.count, meter.isSettled(now) { break }
      _ = loop.wait(until: sent < plan.count ? due : now + .milliseconds(50))
      while socket.receive(into: &received) {
        while let datagram = received.next() {
          guard plan.isICMP || datagram.source == plan.target else { continue }
          isKernelStamped = isKernelStamped && datagram.isKernelStamped
          switch plan.answer(received.bytes(of: datagram)) {
          case .to(let number): meter.answered(number, at: datagram.arrival)
          case .failure(let number, let reason):
            meter.failed(number, at: datagram.arrival)
            failures.insert(reason)
          case nil: break
          }
        }
      }
      while case .unreachable(let report) = socket.nextReport() {
        // Which request it speaks of is not asked: a port that is closed is closed for all so far.
        guard report.destination == plan.target, report.isRefused else { continue }
        for number in 0..<sent { meter.refused(number) }
      }
    }
    meter.finish(&measurement.record)
    measurement.record.length = max(SystemClock.now - start.monotonic, .nanoseconds(1))
    measurement.record.dscp.sent = plan.dscp
    measurement.record.timestamps = isKernelStamped ? .kernelArrivals : .userSpace
    measurement.remarks += failures.sorted().prefix(4)
  }

  /// The same on a thread of its own.
  static func run(_ plan: EchoPlan, kind: String, path: Path, packetBytes: Int?) async throws(ProbeError)
    -> ProbeMeasurement
  {
    let result: Result<ProbeMeasurement, ProbeError> = await Blocking.run("\(kind)-probe") {
      var measurement = ProbeMeasurement(
        record: PathRecord(probe: kind, path: path),
        place: plan.isICMP ? plan.target.address.description : plan.target.description)
      measurement.record.packetBytes = packetBytes.map { UInt16(truncatingIfNeeded: $0) }
      do {
        try measure(plan, into: &measurement)
        return .success(measurement)
      } catch {
        return .failure(ProbeError("\(error)"))
      }
    }
    return try result.get()
  }
}

extension ProbeRequest {
  /// How often and how fast to ask, for kinds that ask one packet at a time.
  func pace(count usual: Int, perSecond: Int = 1) throws(ProbeError) -> (count: Int, interval: Duration) {
    let count = count ?? usual
    guard (1...1_000).contains(count) else { throw ProbeError("Between 1 and 1000 packets are sent.") }
    let rate = packetsPerSecond ?? perSecond
    guard (1...1_000).contains(rate) else { throw ProbeError("Between 1 and 1000 packets are sent a second.") }
    guard dscp ?? 0 < 64 else { throw ProbeError("A DSCP is a number from 0 to 63.") }
    return (count, .seconds(1) / rate)
  }

  /// How long it takes to ask all families, one after the other, while nothing answers; in whole seconds, one of which is
  /// for looking up names and beginning.
  /// - Parameters:
  ///   - usual: how often to ask unless the request says so.
  ///   - wait: for one answer.
  ///   - isInTurn: the next is asked when the one before is answered or given up.
  func silentRun(count usual: Int, wait: Duration, isInTurn: Bool = false) -> Duration {
    guard let pace = try? pace(count: usual) else { return .zero }
    let gap = isInTurn ? max(pace.interval, wait) : pace.interval
    let asking = (gap * (pace.count - 1) + wait) * families.count
    return .seconds((asking.nanoseconds + 1_999_999_999) / 1_000_000_000)
  }

  /// Where the target is, once for each family asked for.
  func endpoints(defaultPort: UInt16) async throws(ProbeError) -> [(Endpoint, AddressFamily)] {
    guard let address = HostAddress(target, defaultPort: defaultPort) else {
      throw ProbeError("\(target) is not a target; write a host, or host:port.")
    }
    var endpoints: [(Endpoint, AddressFamily)] = []
    for family in families { endpoints.append((try await address.resolved(family), family)) }
    return endpoints
  }
}
