import Measurement
import Testing
import Transport
import Wire

@testable import Probes

@Suite("A TCP probe")
struct TCPProbeTests {
  @Test("A port where nobody listens is a target down, not loss")
  func closedPort() throws {
    let endpoint = Endpoint(address: .loopbackV4, port: 1)
    let path = Path(site: "", target: "x", route: .direct)
    let record = try TCPProbe.measure(endpoint, path, count: 2, interval: .milliseconds(1)).record
    #expect(record.condition == .targetDown)
    #expect((record.loss.sent, record.loss.refused) == (0, 2))
  }
}
