import Fetch
import Measurement
import Testing
import Wire

@testable import Probes

@Suite("An HTTPS probe")
struct HTTPSProbeTests {
  @Test("Each version of IP is measured straight by itself, the proxy by whatever address it has")
  func ways() {
    var request = ProbeRequest(target: "https://kaigi.example/")
    #expect(HTTPSProbe.ways(request) == [HTTPSProbe.Way(route: .direct, family: .any)])
    let proxy = Proxy(url: "http://proxy.example:8080")
    request.families = [.v4, .v6]
    request.proxy = proxy
    let direct = [HTTPSProbe.Way(route: .direct, family: .v4), HTTPSProbe.Way(route: .direct, family: .v6)]
    let proxied = HTTPSProbe.Way(route: .proxy, family: .any, proxy: proxy)
    #expect(HTTPSProbe.ways(request) == direct + [proxied])
    request.routes = [.proxy]
    #expect(HTTPSProbe.ways(request) == [proxied])
  }

  @Test("A host alone is meant by https, and other schemes are refused")
  func addresses() {
    #expect(HTTPSProbe.url("kaigi.example") == "https://kaigi.example")
    #expect(HTTPSProbe.url("http://kaigi.example/x") == "http://kaigi.example/x")
    #expect(HTTPSProbe.url("ftp://kaigi.example/x") == nil)
    #expect(HTTPSProbe.url("") == nil)
  }

  @Test("A server that is not there is loss, with the reason said")
  func refused() async throws {
    var request = ProbeRequest(target: "http://127.0.0.1:1/")
    request.count = 2
    let result = try await ProbeKind.https.measure(request)
    #expect(result.status == .breach)
    #expect((result.streams[0].record.loss.sent, result.streams[0].record.loss.received) == (2, 0))
    #expect(result.streams[0].remarks == [FetchError.refused(url: "http://127.0.0.1:1/").description])
  }

  @Test("An authority's file that is not there says nothing of the server")
  func missingAuthority() async throws {
    // Somebody listens, or the server itself would be at fault first.
    let port = try ListeningPort()
    defer { port.close() }
    var request = ProbeRequest(target: "https://127.0.0.1:\(port.number)/")
    request.trust = .authorities(file: "/nowhere/ca.pem")
    let error = await #expect(throws: ProbeError.self) { try await ProbeKind.https.measure(request) }
    #expect(error?.description.contains("/nowhere/ca.pem") == true)
  }

  private func result(direct: UInt64, proxy: UInt64, expiresIn days: Int64 = 90) -> ProbeResult {
    let start = WallTime(seconds: 1_800_000_000)
    let measurements = [(Path.Route.direct, direct), (.proxy, proxy)].map { route, nanoseconds in
      var record = PathRecord(
        probe: "https", path: Path(site: "", target: "https://kaigi.example/", route: route), start: start)
      record.loss.sent = 1
      record.loss.received = 1
      record.roundTrip.record(nanoseconds)
      record.phases[.connect, default: Distribution()].record(nanoseconds / 2)
      record.certificateExpiry = start + .seconds(86_400 * days + 10)
      return ProbeMeasurement(record: record, place: "203.0.113.5")
    }
    return ProbeResult(
      kind: .https, target: "https://kaigi.example/", limits: ProbeKind.https.limits, measurements: measurements)
  }

  @Test("What the proxy adds is a number, as text and as performance data")
  func proxyDelay() {
    let slower = result(direct: 50_000_000, proxy: 80_500_000)
    #expect(slower.proxyDelay == 30_500_000)
    #expect(slower.text.contains("\nthe proxy adds 30.50 ms\n"))
    #expect(
      slower.pluginLine.hasSuffix(
        "| 'direct_loss'=0.00%;0.80;1.00;0;100 'direct_latency'=50.00ms;800.00;1000.00;0; "
          + "'direct_certificate_days'=90;30:;7:;0; 'proxy_loss'=0.00%;0.80;1.00;0;100 "
          + "'proxy_latency'=80.50ms;800.00;1000.00;0; 'proxy_certificate_days'=90;30:;7:;0; 'proxy_added'=30.50ms;;;;")
    )
    #expect(result(direct: 80_000_000, proxy: 50_000_000).text.contains("the proxy is 30.00 ms quicker"))
  }

  @Test("Each way is a paragraph with its steps")
  func text() {
    #expect(
      result(direct: 50_000_000, proxy: 50_000_000).text.hasPrefix(
        """
        https https://kaigi.example/ (203.0.113.5), direct: 1 requests, 1 answered
          loss     0.00 %      limit 1.00 %     good     late 0, discarded 0
          latency  50.00 ms    limit 1000.00 ms good     whole request; least 50.00 ms, 95th percentile 50.00 ms, greatest 50.00 ms
          certificate 90 d        limit 7 d        good     until the first certificate expires
          phases   connect 25.00 ms
        """))
  }

  @Test(
    "A certificate warns 30 days before its end and is a breach 7 days before",
    arguments: [(30, .good), (29, .warning), (7, .warning), (6, .breach), (-1, .breach)] as [(Int64, ProbeStatus)])
  func certificate(days: Int64, status: ProbeStatus) {
    #expect(result(direct: 1_000_000, proxy: 1_000_000, expiresIn: days).status == status)
  }
}
