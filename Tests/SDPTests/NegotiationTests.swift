import SDP
import Testing

@Suite("Negotiation")
struct NegotiationTests {
  @Test("Chromium's meeting offer: four sources and seven slots")
  func meeting() throws {
    let negotiation = try negotiation(offer("chromium-meeting"))
    #expect(negotiation.isWhole)
    #expect(
      negotiation.sections.map(\.role) == [.source, .source, .source, .source] + Array(repeating: .slot, count: 7))
    #expect(
      negotiation.sections.map(\.isAudio) == [true, false, false, true, true, true, true, false, false, false, false])
    #expect(negotiation.remote.usernameFragment.count >= 4)
    #expect(negotiation.remote.fingerprints.map(\.hash) == [.sha256])
  }

  @Test(
    "aiortc's offers are taken, its fingerprints by three hashes",
    arguments: [("aiortc-publisher", .source), ("aiortc-viewer", .slot)] as [(String, NegotiatedSection.Role)])
  func aiortc(name: String, role: NegotiatedSection.Role) throws {
    let negotiation = try negotiation(offer(name))
    #expect(negotiation.isWhole)
    #expect(negotiation.sections.map(\.role) == [role, role])
    #expect(negotiation.remote.fingerprints.map(\.hash) == [.sha256, .sha384, .sha512])
  }

  @Test("Interop 4: Firefox's bundle-only sections with port 0 are taken")
  func bundleOnly() throws {
    let negotiation = try negotiation(offer("firefox-meeting"))
    #expect(negotiation.isWhole)
    #expect(negotiation.sections.map(\.role) == Array(repeating: .source, count: 4) + Array(repeating: .slot, count: 7))
    #expect(negotiation.remote.fingerprints.count == 1)
  }

  @Test(
    "Every answer can be read, bundles what was taken and speaks as an ICE-lite DTLS server",
    arguments: [
      "chromium-meeting", "chromium-publisher", "chromium-viewer", "aiortc-publisher", "aiortc-viewer",
      "firefox-meeting", "firefox-publisher", "firefox-viewer",
    ])
  func answers(name: String) throws {
    let negotiation = try negotiation(offer(name))
    let answer = try SessionDescription(parsing: negotiation.answer(localParameters(for: negotiation)).serialized())
    #expect(answer.media.count == negotiation.sections.count)
    #expect(answer.media.compactMap(\.mid) == negotiation.sections.map(\.mid))
    #expect(answer.attributes.has("ice-lite"))
    #expect(answer.attributes["group"]?.value == "BUNDLE " + negotiation.sections.map(\.mid).joined(separator: " "))
    for (section, media) in zip(negotiation.sections, answer.media) {
      #expect(media.port == 10000)
      #expect(media.connection == "IN IP4 192.0.2.1")
      #expect(media.attributes["setup"]?.value == "passive")
      #expect(media.attributes["ice-ufrag"]?.value == "relay")
      #expect(media.attributes.has("rtcp-mux"))
      #expect(media.attributes.has(section.role == .source ? "recvonly" : "sendonly"))
      #expect(!media.attributes.has("bundle-only"))
      #expect(!media.attributes.has("simulcast"))
      #expect(media.attributes.has("extmap-allow-mixed") == negotiation.sections[0].extensions.allowsMixed)
    }
    #expect(
      answer.media.allSatisfy {
        $0.attributes.values("candidate") == ["1 1 udp 2130706431 192.0.2.1 10000 typ host"]
      })
  }

  private func error(_ text: String) -> SDPError.Reason? {
    do {
      _ = try negotiation(text)
      return nil
    } catch { return error.reason }
  }

  @Test("An offer that is not a full WebRTC client's is refused, with the reason")
  func refusals() {
    #expect(error("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n") == .noSections)
    #expect(error(smallOffer(session: ["a=ice-lite"])) == .peerIsLite)
    #expect(error(smallOffer(media: ["a=rtcp-mux", "a=rtpmap:96 VP8/90000"])) == .noMediaIdentification)
    #expect(error(smallOffer(setup: "passive")) == .unsupportedSetup("passive"))
    #expect(error(smallOffer(setup: "holdconn")) == .unsupportedSetup("holdconn"))
    #expect(error(smallOffer(credentials: [])) == .noCredentials)
    #expect(error(smallOffer(credentials: ["a=ice-ufrag:abc", "a=ice-pwd:0123456789abcdef012345"])) == .noCredentials)
    #expect(error(smallOffer(credentials: ["a=ice-ufrag:ab:d", "a=ice-pwd:0123456789abcdef012345"])) == .noCredentials)
    #expect(error(smallOffer(credentials: ["a=ice-ufrag:abcd", "a=ice-pwd:0123456789abcdef01234"])) == .noCredentials)
    #expect(error(smallOffer(fingerprint: ["a=fingerprint:sha-1 AB:CD"])) == .noFingerprint)
    #expect(error(smallOffer(port: 0)) == .noSectionTaken)
    #expect(error(smallOffer(proto: "RTP/AVP")) == .noSectionTaken)
  }

  @Test("Setup active is answered passive too, and so is one that says nothing")
  func setup() throws {
    #expect(error(smallOffer(setup: "active")) == nil)
    #expect(error(smallOffer().replacing("a=setup:actpass\r\n", with: "")) == nil)
  }

  @Test("Interop 22: what a viewer would send and receive, it receives; anybody else sends it")
  func sendReceive() throws {
    let text = smallOffer().replacing("a=recvonly", with: "a=sendrecv")
    #expect(try negotiation(text).sections.map(\.role) == [.source])
    let viewer = try Negotiation(offer: SessionDescription(parsing: text), isViewer: true)
    #expect(viewer.sections.map(\.role) == [.slot])
    let answer = viewer.answer(try localParameters(for: viewer)).media[0]
    #expect(answer.attributes.has("sendonly") && answer.attributes["msid"] != nil)
  }

  @Test("Two sections of one name are refused")
  func repeatedMid() throws {
    let text = try offer("aiortc-viewer").replacing("a=mid:1", with: "a=mid:0")
    #expect(error(text) == .repeatedMediaIdentification("0"))
  }

  @Test("What cannot be taken is rejected alone, left out of the bundle, and says so")
  func partial() throws {
    let text =
      smallOffer(session: ["a=group:BUNDLE 0 data"])
      + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:data\r\na=sctp-port:5000\r\n"
    let negotiation = try negotiation(text)
    #expect(!negotiation.isWhole)
    #expect(negotiation.sections[1].role == .rejected(.mediaNotCarried))
    let answer = negotiation.answer(try localParameters(for: negotiation))
    #expect(answer.media[1].port == 0)
    #expect(answer.media[1].formats == ["webrtc-datachannel"])
    #expect(answer.attributes["group"]?.value == "BUNDLE 0")
  }

  @Test("A section the client has stopped itself is not a refusal")
  func stopped() throws {
    let text = smallOffer(session: ["a=group:BUNDLE 0"]) + "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\n"
    let negotiation = try negotiation(text)
    #expect(negotiation.isWhole)
    #expect(negotiation.sections[1].role == .rejected(.stopped))
  }

  @Test(
    "A malformed attribute is refused with its line",
    arguments: ["a=rtpmap:96", "a=rtcp-fb:x nack", "a=extmap:0 urn:x", "a=fmtp:"])
  func malformed(attribute: String) throws {
    let media = ["a=mid:0", "a=rtcp-mux", "a=rtpmap:96 VP8/90000", attribute]
    do {
      _ = try negotiation(smallOffer(media: media))
      Issue.record("\(attribute) was taken")
    } catch {
      #expect(error.line == 14)
    }
  }
}
