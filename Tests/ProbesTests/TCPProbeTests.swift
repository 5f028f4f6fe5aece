import Measurement
import Testing
import Transport
import Wire

@testable import Probes

@Suite("A TCP probe")
struct TCPProbeTests {
  @Test("A port where nobody listens is what a TCP probe is to find: every connection is lost")
  func closedPort() throws {
    let endpoint = Endpoint(address: .loopbackV4, port: 1)
    let path = Path(site: "", target: "x", route: .direct)
    let measurement = try TCPProbe.measure(endpoint, path, count: 2, interval: .milliseconds(1))
    #expect(measurement.record.condition == .measured)
    #expect((measurement.record.loss.sent, measurement.record.loss.received) == (2, 0))
    #expect(measurement.remarks == ["the host answers, but nothing listens on that port"])
  }
}
