import STAMP
import Testing
import Wire

@Suite struct ProvisionedSessionsTests {
  @Test("A session is known by its id and where it comes from; entries with one id add up")
  func contains() throws {
    let tsu = try #require(AddressBlock("10.7.0.0/16"))
    let hq = try #require(AddressBlock("2001:db8::/32"))
    let sessions = ProvisionedSessions([
      .init(ssid: 42, sources: [tsu]), .init(ssid: 42, sources: [hq]), .init(ssid: 0),
    ])
    let inside = try #require(IPAddress("10.7.3.1"))
    let outside = try #require(IPAddress("10.8.3.1"))
    let insideV6 = try #require(IPAddress("2001:db8::1"))
    #expect(sessions.contains(ssid: 42, source: inside))
    #expect(sessions.contains(ssid: 42, source: insideV6))
    #expect(!sessions.contains(ssid: 42, source: outside))
    #expect(!sessions.contains(ssid: 43, source: inside))
    #expect(sessions.contains(ssid: 0, source: outside))
    #expect(sessions.contains(ssid: 0, source: insideV6))
  }
}
