import Measurement
import Transport
import Wire

extension ProbeKind {
  /// Whether and how fast a TCP connection is made.
  public static let tcp = ProbeKind(
    name: "tcp", summary: "whether and how fast a TCP connection is made",
    measures: """
      Makes TCP connections, one a second, and closes each at once: how many could be made, and how long each took from
        the first SYN on, which is one round trip.
      """,
    limitations: """
      Whether the service behind the port works: https asks it. A first SYN that is lost is sent again after a second,
        so a loss shows as a long time.
      """,
    example: "meet.example:443", unit: "connections", delay: "connecting", metrics: [.loss, .latency],
    limits: ProbeLimits(), options: [.count, .rate, .ip],
    cadence: .repeated(every: .seconds(60), atLeast: .seconds(10)),
    silentRun: { $0.silentRun(count: TCPProbe.count, wait: TCPProbe.timeout, isInTurn: true) },
    streams: ProbeStream.byFamily
  ) { request throws(ProbeError) in
    let pace = try request.pace(count: TCPProbe.count)
    var measurements: [ProbeMeasurement] = []
    for (endpoint, family) in try await request.endpoints(defaultPort: 443) {
      let path = Path(site: "", target: request.target, route: .direct, label: family.label)
      let result: Result<ProbeMeasurement, ProbeError> = await Blocking.run("tcp-probe") {
        do {
          return .success(try TCPProbe.measure(endpoint, path, count: pace.count, interval: pace.interval))
        } catch {
          return .failure(ProbeError("\(error)"))
        }
      }
      measurements.append(try result.get())
    }
    return measurements
  }
}

enum TCPProbe {
  static let count = 5
  /// Longer than two lost SYNs take (1 s and 2 s).
  static let timeout = Duration.seconds(4)

  static func measure(_ endpoint: Endpoint, _ path: Path, count: Int, interval: Duration) throws -> ProbeMeasurement {
    var measurement = ProbeMeasurement(record: PathRecord(probe: "tcp", path: path), place: endpoint.description)
    let pause = try EventLoop()
    func remark(_ text: String) {
      if !measurement.remarks.contains(text) { measurement.remarks.append(text) }
    }
    let start = SystemClock.now
    for number in 0..<count {
      while SystemClock.now < start + interval * number { _ = pause.wait(until: start + interval * number) }
      switch try ConnectAttempt.make(to: endpoint, timeout: timeout) {
      case .connected(let duration):
        measurement.record.loss.sent += 1
        measurement.record.loss.received += 1
        measurement.record.roundTrip.record(duration)
        measurement.record.phases[.connect, default: Distribution()].record(duration)
      case .refused:
        // What was asked for is the port, so nobody there is its breach.
        measurement.record.loss.sent += 1
        remark("the host answers, but nothing listens on that port")
      case .timedOut:
        measurement.record.loss.sent += 1
      case .failed(let reason):
        measurement.record.loss.sent += 1
        remark(reason)
      }
    }
    measurement.record.length = max(SystemClock.now - start, .nanoseconds(1))
    return measurement
  }
}
