import Testing
import Wire

@testable import Transport

@Suite("A TCP connection attempt")
struct ConnectAttemptTests {
  @Test("A port where nobody listens refuses", arguments: [IPAddress.loopbackV4, .loopbackV6])
  func refused(address: IPAddress) throws {
    #expect(try ConnectAttempt.make(to: Endpoint(address: address, port: 1), timeout: .seconds(5)) == .refused)
  }

  @Test("A port where somebody listens is connected to, and the time is told")
  func connected() throws {
    let port = try ListeningPort()
    defer { port.close() }
    let endpoint = Endpoint(address: .loopbackV4, port: port.number)
    guard case .connected(let duration) = try ConnectAttempt.make(to: endpoint, timeout: .seconds(5)) else {
      Issue.record("no connection")
      return
    }
    #expect(duration > .zero)
  }
}
