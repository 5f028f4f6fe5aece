import Fetch
import Measurement
import Transport
import Wire

extension ProbeKind {
  /// A web server as a browser reaches it: straight and through the proxy, side by side.
  public static let https = ProbeKind(
    name: "https", summary: "a web server, straight and through the proxy side by side, each step timed",
    measures: """
      Asks for the address by GET, each time on a new connection, and times name lookup, TCP, TLS, first byte and the
        whole request apart; with a proxy both ways in turn, so that what the proxy adds is a number. Says when the
        first certificate expires. A failed request, or an answer of status 500 and above, counts as lost.
      """,
    limitations: """
      Whether media gets through: meetings send UDP, which proxies do not pass. Through a proxy, connect is the way to
        the proxy, TLS contains asking it for the way on, and the name lookup that the proxy does is not seen.
      """,
    example: "https://meet.example/ --proxy http://proxy.example:8080", unit: "requests", delay: "whole request",
    metrics: [.loss, .latency, .certificate], limits: ProbeLimits(latencyNanoseconds: 1_000_000_000),
    options: [.count, .ip, .proxy, .authority], cadence: .repeated(every: .seconds(60), atLeast: .seconds(60)),
    streams: { HTTPSProbe.ways($0).map { ProbeStream(route: $0.route, label: $0.family.label) } }
  ) { request throws(ProbeError) in
    guard let url = HTTPSProbe.url(request.target) else {
      throw ProbeError("\(request.target) is not an address that starts with https:// or http://.")
    }
    let count = request.count ?? HTTPSProbe.count
    guard (1...1_000).contains(count) else { throw ProbeError("Between 1 and 1000 requests are made.") }
    let fetcher = Fetcher()
    defer { fetcher.shutdown() }
    var ways = HTTPSProbe.ways(request).map { HTTPSProbe(way: $0, url: url, request: request) }
    guard !ways.isEmpty else { throw ProbeError("The way through a proxy is to be measured, and no proxy is given.") }
    // In turn, so that what changes meanwhile changes all alike.
    for _ in 0..<count {
      for index in ways.indices { try await ways[index].ask(fetcher) }
    }
    return ways.map(\.measurement)
  }
}

/// The requests of one way to a server.
struct HTTPSProbe {
  static let count = 3
  /// A person has given up by then.
  static let timeout = Duration.seconds(10)

  struct Way: Sendable, Hashable {
    var route: Path.Route
    var family: AddressFamily
    var proxy: Proxy?
  }

  /// Through the proxy by whatever address it has: which one is not what is measured.
  static func ways(_ request: ProbeRequest) -> [Way] {
    let direct = request.families.map { Way(route: .direct, family: $0) }
    let proxy = request.proxy.map { [Way(route: .proxy, family: .any, proxy: $0)] } ?? []
    return (request.routes.contains(.direct) ? direct : []) + (request.routes.contains(.proxy) ? proxy : [])
  }

  static func url(_ target: String) -> String? {
    if target.hasPrefix("https://") || target.hasPrefix("http://") { return target }
    return target.contains("://") || target.isEmpty ? nil : "https://\(target)"
  }

  private(set) var measurement: ProbeMeasurement
  private let exchange: FetchRequest
  private let start: MonotonicTime

  init(way: Way, url: String, request: ProbeRequest) {
    exchange = FetchRequest(
      "GET", url, trust: request.trust, timeout: Self.timeout, connectTimeout: Self.timeout, proxy: way.proxy,
      family: way.family, isMeasurement: true)
    let path = Path(site: "", target: request.target, route: way.route, label: way.family.label)
    measurement = ProbeMeasurement(record: PathRecord(probe: "https", path: path), place: "")
    start = SystemClock.now
  }

  /// - Throws: when what is missing is on this machine: then nothing is known of the server.
  mutating func ask(_ fetcher: Fetcher) async throws(ProbeError) {
    measurement.record.loss.sent += 1
    do {
      take(try await fetcher.fetch(exchange))
    } catch .authoritiesUnreadable(let file) {
      throw ProbeError(FetchError.authoritiesUnreadable(file: file).description)
    } catch {
      remark(error.description)
    }
    measurement.record.length = SystemClock.now - start
  }

  private mutating func take(_ response: FetchResponse) {
    measurement.place = response.remoteAddress
    if let expiry = response.certificateExpiry {
      measurement.record.certificateExpiry = WallTime(seconds: min(expiry, .max / 1_000_000_000))
    }
    guard response.status < 500, response.status != 407 else {
      let proxy = exchange.proxy.map { " through the proxy \($0.url)" } ?? ""
      return remark("\(exchange.url)\(proxy) was answered with status \(response.status).")
    }
    measurement.record.loss.received += 1
    let timings = response.timings
    measurement.record.roundTrip.record(timings.total)
    for (phase, duration) in [
      (Phase.nameLookup, timings.nameLookup), (.connect, timings.connect), (.tlsHandshake, timings.tlsHandshake),
      (.firstByte, timings.firstByte), (.transfer, timings.transfer),
    ] where duration > .zero || phase != .tlsHandshake {
      measurement.record.phases[phase, default: Distribution()].record(duration)
    }
  }

  /// The first of each kind is enough.
  private mutating func remark(_ text: String) {
    if !measurement.remarks.contains(text), measurement.remarks.count < 4 { measurement.remarks.append(text) }
  }
}
