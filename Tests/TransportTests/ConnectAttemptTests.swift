import Glibc
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
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    try #require(listen(listener, 1) == 0)
    var name = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let found = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
    }
    try #require(found == 0)
    let endpoint = Endpoint(address: .loopbackV4, port: UInt16(bigEndian: name.sin_port))
    guard case .connected(let duration) = try ConnectAttempt.make(to: endpoint, timeout: .seconds(5)) else {
      Issue.record("no connection")
      return
    }
    #expect(duration > .zero)
  }
}
