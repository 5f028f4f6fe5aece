import SDP
import Testing

@Suite("Negotiated section")
struct NegotiatedSectionTests {
  @Test("Only rejected sections are rejected")
  func rejected() throws {
    let text = smallOffer(session: ["a=group:BUNDLE 0"]) + "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\n"
    let sections = try negotiation(text).sections
    #expect(sections.map(\.isRejected) == [false, true])
    #expect(sections[1].formats.isEmpty)
  }
}
