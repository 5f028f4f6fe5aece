import SDP
import Testing

@Suite("Direction")
struct DirectionTests {
  private func direction(session: [String], media: [String]) throws -> Direction {
    let description = try SessionDescription(parsing: smallOffer(session: session, media: media))
    return Direction(of: description.media[0], in: description)
  }

  @Test("The section's word counts before the session's, and without any both send")
  func precedence() throws {
    #expect(try direction(session: ["a=recvonly"], media: ["a=sendonly"]) == .sendonly)
    #expect(try direction(session: ["a=recvonly"], media: []) == .recvonly)
    #expect(try direction(session: [], media: []) == .sendrecv)
  }

  @Test("Mirroring twice changes nothing")
  func mirrored() {
    #expect(Direction.sendonly.mirrored == .recvonly)
    #expect(Direction.inactive.mirrored == .inactive)
    for direction in Direction.allCases { #expect(direction.mirrored.mirrored == direction) }
  }
}
