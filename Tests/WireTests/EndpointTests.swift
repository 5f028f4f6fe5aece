import Testing
import Wire

@Suite("Addresses and endpoints")
struct EndpointTests {
  @Test(
    "IPv6 is written in the form of RFC 5952",
    arguments: [
      ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"), ("2001:DB8::", "2001:db8::"), ("0:0:0:0:0:0:0:0", "::"),
      ("::1", "::1"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ])
  func ipv6(text: String, canonical: String) throws {
    #expect("\(try #require(IPAddress(text)))" == canonical)
  }

  @Test("IPv4 is its mapped IPv6 address", arguments: ["192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201"])
  func ipv4(text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.isV4)
    #expect(address.v4 == 0xc000_0201)
    #expect(address == IPAddress(v4: 0xc000_0201))
    #expect("\(address)" == "192.0.2.1")
  }

  @Test(
    "What is not an address is refused",
    arguments: [
      "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.+4", "1.2.3.0004", "010.1.2.3", "1.2.3.4 ", ":", ":::",
      "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1.2.3", "1.2.3.4::",
      "::1.2.3.4:1", "fe80::1%eth0", "[::1]",
    ])
  func refused(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test("An endpoint is written as it is read", arguments: ["192.0.2.1:3478", "[2001:db8::1]:65535"])
  func endpoint(text: String) throws {
    #expect("\(try #require(Endpoint(text)))" == text)
  }

  @Test(
    "IPv6 needs brackets, and a port is a number",
    arguments: [
      "2001:db8::1:80", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "[::1]", "[::1:80", ":80", "192.0.2.1:+80",
    ])
  func refusedEndpoint(text: String) {
    #expect(Endpoint(text) == nil)
  }

  @Test("Limits go by an IPv4 address and by an IPv6 network")
  func sourceNetwork() {
    #expect(IPAddress(v4: 0x0a00_0001).sourceNetwork != IPAddress(v4: 0x0a00_0002).sourceNetwork)
    #expect(IPAddress(high: 7, low: 1).sourceNetwork == IPAddress(high: 7, low: 2).sourceNetwork)
    #expect(IPAddress(high: 7, low: 1).sourceNetwork != IPAddress(high: 8, low: 1).sourceNetwork)
  }

  @Test("Well-known addresses are themselves")
  func wellKnown() {
    #expect("\(IPAddress.loopbackV4)" == "127.0.0.1")
    #expect("\(IPAddress.loopbackV6)" == "::1")
    #expect("\(IPAddress.anyV4)" == "0.0.0.0")
    #expect("\(IPAddress.anyV6)" == "::")
    #expect(IPAddress.anyV6.v4 == nil)
  }
}
