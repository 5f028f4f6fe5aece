import SDP
import Testing

@Suite("Direction")
struct DirectionTests {
  @Test("The section's word counts before the session's, and without any both send")
  func precedence() throws {
    func role(session: [String], media: [String]) throws -> NegotiatedSection.Role {
      let lines = ["a=mid:0", "a=rtcp-mux", "a=rtpmap:96 VP8/90000"]
      return try negotiation(smallOffer(session: session, media: lines + media)).sections[0].role
    }
    #expect(try role(session: ["a=recvonly"], media: ["a=sendonly"]) == .source)
    #expect(try role(session: ["a=recvonly"], media: []) == .slot)
    #expect(try role(session: ["a=inactive"], media: []) == .inactive)
    #expect(try role(session: [], media: []) == .source)
  }

  @Test("Among attributes that say nothing of it there is no direction")
  func silence() {
    #expect(Direction([Attribute("mid", "0")]) == nil)
    #expect(Direction([Attribute("sendonly")]) == .sendonly)
  }

  @Test("Mirroring twice changes nothing")
  func mirrored() {
    #expect(Direction.sendonly.mirrored == .recvonly)
    #expect(Direction.inactive.mirrored == .inactive)
    for direction in Direction.allCases { #expect(direction.mirrored.mirrored == direction) }
  }
}
