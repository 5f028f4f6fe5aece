import SDP
import SFU
import Testing
import Wire

@testable import Relay

@Suite struct SessionTests {
  private func session(
    _ sections: [(kind: String, direction: String)], kind: ParticipantKind = .meeting, seed: UInt64 = 1
  ) throws -> Session {
    let offer = try Offer(OfferTests.text(sections), kind: kind, bounds: RelayBounds())
    var random = SplitMix64(seed: seed)
    return Session(
      offer, participant: ParticipantNumber(value: 0xabc), name: "n", kind: kind,
      candidates: [Candidate(host: Endpoint(address: IPAddress(v4: 0xc000_0201), port: 10_000), preference: 0)],
      fingerprint: try #require(Fingerprint(OfferTests.fingerprint)), random: &random)
  }

  @Test("The first sections sent are microphone and camera, the next the screen and its sound")
  func kinds() throws {
    let session = try session([
      ("audio", "sendonly"), ("video", "sendonly"), ("video", "sendonly"), ("audio", "sendonly"),
    ])
    #expect(session.admission.sources.map(\.kind) == [.microphone, .camera, .screen, .screenSound])
    #expect(session.admission.csrc == 0xabc)
    #expect(session.admission.participant == "00000abc")
    #expect(session.admission.role == .meeting)
  }

  @Test("Interop 2: each slot has streams of its own, and audio slot and video slot of one index share a stream id")
  func streams() throws {
    let session = try session([
      ("audio", "sendonly"), ("audio", "recvonly"), ("video", "recvonly"), ("audio", "recvonly"), ("video", "recvonly"),
    ])
    let slots = session.admission.slots
    #expect(slots.map(\.mid) == ["1", "2", "3", "4"])
    #expect(slots.map { $0.retransmissionSSRC != nil } == [false, true, false, true])
    let numbers = slots.flatMap { [$0.ssrc, $0.retransmissionSSRC] }.compactMap { $0 }
    #expect(Set(numbers + [session.admission.feedbackSSRC, 0xabc]).count == numbers.count + 2)

    let answer = try SessionDescription(parsing: session.answer)
    #expect(answer.media.map { $0.attributes.values("ssrc").count } == [0, 1, 2, 1, 2])
    for slot in slots {
      let section = try #require(answer.media.first { $0.mid == slot.mid })
      #expect(section.attributes.values("ssrc").first?.hasPrefix("\(slot.ssrc) ") == true)
      #expect(section.attributes.values("ssrc").allSatisfy { $0.hasSuffix("cname:\(session.admission.cname)") })
    }
    // Audio slot i and video slot i are of one stream.
    let streams = answer.media.map { $0.attributes["msid"]?.value?.split(separator: " ").first }
    #expect(streams[1] == streams[2] && streams[3] == streams[4] && streams[1] != streams[3])
  }

  @Test("The answer is ICE-lite, passive, and names the relay's candidates and certificate")
  func transport() throws {
    let session = try session([("audio", "sendonly")])
    let answer = try SessionDescription(parsing: session.answer)
    #expect(answer.attributes.has("ice-lite"))
    let section = try #require(answer.media.first)
    #expect(section.attributes["setup"]?.value == "passive")
    #expect(section.attributes["ice-ufrag"]?.value == session.credentials.usernameFragment)
    #expect(section.attributes["ice-pwd"]?.value == session.credentials.password)
    #expect(section.attributes["fingerprint"]?.value == OfferTests.fingerprint)
    #expect(section.attributes.values("candidate").first?.contains("192.0.2.1 10000 typ host") == true)
  }

  @Test("Nothing of one session is found in the next")
  func fresh() throws {
    let sections = [("audio", "sendonly"), ("audio", "recvonly")]
    let (one, other) = (try session(sections, seed: 1), try session(sections, seed: 2))
    #expect(one.credentials != other.credentials)
    #expect(one.admission.slots[0].ssrc != other.admission.slots[0].ssrc)
    #expect(one.admission.cname != other.admission.cname)
  }
}
