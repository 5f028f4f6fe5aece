import ICE
import SDP
import Testing
import Wire

@testable import LoadTest

@Suite struct ClientOfferTests {
  @Test("The relay's negotiation takes every section, and the client reads its answer")
  func negotiation() throws {
    let fingerprint = try #require(Fingerprint(hash: .sha256, digest: [UInt8](repeating: 7, count: 32)))
    let credentials = ICECredentials(random: [UInt8](repeating: 9, count: 24))
    let offer = ClientOffer(ClientShape(), credentials: credentials, fingerprint: fingerprint)
    let negotiation = try Negotiation(offer: SessionDescription(parsing: offer.text))
    #expect(negotiation.isWhole)
    #expect(negotiation.sections.count == 8)
    #expect(negotiation.remote.fingerprints == [fingerprint])
    #expect(negotiation.remote.usernameFragment == credentials.usernameFragment)

    var local = LocalParameters(
      sessionID: 1, usernameFragment: "relayaaa", password: "relay-password-of-24-char", fingerprint: fingerprint,
      candidates: [Candidate(host: Endpoint(address: .loopbackV4, port: 10000), preference: 0)], cname: "relay")
    for (index, section) in ClientShape().sections.enumerated() where !section.isSent {
      local.slots[section.mid] = LocalParameters.Slot(
        ssrc: UInt32(100 + index), retransmissionSSRC: section.isAudio ? nil : UInt32(200 + index), streamID: "s",
        trackID: "t")
    }
    let answer = try RelayAnswer(parsing: negotiation.answer(local).serialized())
    #expect(answer.credentials.usernameFragment == "relayaaa")
    #expect(answer.candidates == [Endpoint(address: .loopbackV4, port: 10000)])
    #expect(answer.fingerprints == [fingerprint])
    #expect(answer.slots == [102: "2", 103: "3", 104: "4", 105: "5", 106: "6", 107: "7"])
  }

  @Test("An answer that cannot be used says why", arguments: ["", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"])
  func unusable(_ text: String) {
    #expect(throws: RelayAnswer.Unusable.self) { try RelayAnswer(parsing: text) }
  }
}
