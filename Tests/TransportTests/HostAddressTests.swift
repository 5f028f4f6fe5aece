import Testing
import Wire

@testable import Transport

@Suite("A host's address")
struct HostAddressTests {
  @Test(
    "Every form a person writes",
    arguments: [
      ("10.7.0.5", "10.7.0.5", 862), ("10.7.0.5:9000", "10.7.0.5", 9_000), ("[2001:db8::1]:5", "2001:db8::1", 5),
      ("2001:db8::1", "2001:db8::1", 862), ("[::1]", "::1", 862), ("reflector.example", "reflector.example", 862),
      ("reflector.example:99", "reflector.example", 99),
    ])
  func forms(text: String, host: String, port: Int) {
    let address = HostAddress(text, defaultPort: 862)
    #expect(address?.host == host)
    #expect(address?.port == UInt16(port))
  }

  @Test("What is none", arguments: ["", ":862", "a:b:c", "host:99999", "host:", "a b", "http://x/"])
  func refused(text: String) {
    #expect(HostAddress(text, defaultPort: 862) == nil)
  }

  @Test("An address needs no resolver, localhost has an address, and an unknown name is named")
  func resolution() throws {
    #expect(try HostAddress("10.7.0.5", defaultPort: 1)?.resolve() == Endpoint("10.7.0.5:1"))
    let local = try #require(try HostAddress("localhost", defaultPort: 7)?.resolve())
    #expect(local.port == 7)
    #expect(local.address == .loopbackV4 || local.address == .loopbackV6)
    let unknown = try #require(HostAddress("no-such-host.invalid", defaultPort: 1))
    #expect(throws: HostAddressError.self) { try unknown.resolve() }
  }
}
