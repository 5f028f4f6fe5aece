import SDP
import Testing

@Suite("What is taken of an offered section")
struct NegotiatedSectionOfferTests {
  private func codecs(_ section: NegotiatedSection) -> [Codec.Name] {
    section.formats.map(\.codec.name)
  }

  @Test("Chromium's camera: VP8 first, then VP9, H.264 and AV1, each with its retransmissions")
  func chromiumVideo() throws {
    let camera = try negotiation(offer("chromium-meeting")).sections[1]
    #expect(codecs(camera).first == .vp8)
    #expect(Set(codecs(camera)) == [.vp8, .vp9, .h264, .av1])
    #expect(camera.formats[0].payloadType == 96)
    #expect(camera.formats[0].retransmissionPayloadType == 97)
    #expect(camera.formats.allSatisfy { $0.retransmissionPayloadType != nil })
    #expect(camera.formats[0].feedback == ["nack", "nack pli", "ccm fir"])
    #expect(camera.formats[1].codec == Codec(.vp9, profile: 0))
    #expect(camera.formats[2].codec.packetizationMode == 1)
    #expect(camera.formats.last?.codec == Codec(.vp9, profile: 2))
    #expect(camera.extensions.mid == 4)
    #expect(camera.extensions.audioLevel == nil)
  }

  @Test("Chromium's microphone: Opus alone, with mid and audio level")
  func chromiumAudio() throws {
    let microphone = try negotiation(offer("chromium-meeting")).sections[0]
    #expect(codecs(microphone) == [.opus])
    #expect(microphone.formats[0].payloadType == 111)
    #expect(microphone.formats[0].feedback.isEmpty)
    #expect(microphone.extensions.mid == 4)
    #expect(microphone.extensions.audioLevel == 1)
    #expect(microphone.streamID != nil)
  }

  @Test("Interop 4: declared sources are those of the sections the client sends in")
  func sources() throws {
    let firefox = try negotiation(offer("firefox-meeting")).sections
    #expect(firefox[0].ssrc != nil)
    #expect(firefox[0].retransmissionSSRC == nil)
    #expect(firefox[1].ssrc != nil)
    #expect(firefox[1].retransmissionSSRC != nil)
    // It writes a=ssrc in the sections it only receives in, too.
    let offered = try SessionDescription(parsing: offer("firefox-meeting"))
    #expect(offered.media[4...].allSatisfy { $0.attributes.has("ssrc") })
    #expect(firefox[4...].allSatisfy { $0.ssrc == nil && $0.retransmissionSSRC == nil })
  }

  @Test("Feedback offered for all formats counts for each")
  func wildcardFeedback() throws {
    let media = ["a=mid:0", "a=rtcp-mux", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:* nack pli", "a=rtcp-fb:97 nack"]
    #expect(try negotiation(smallOffer(media: media)).sections[0].formats.map(\.feedback) == [["nack pli"]])
  }

  @Test("Interop 8: the dependency descriptor is agreed on only with the two-byte form, which its structure needs")
  func dependencyDescriptor() throws {
    let media = [
      "a=mid:0", "a=rtcp-mux", "a=rtpmap:96 VP8/90000", "a=extmap:7 \(ExtensionMap.dependencyDescriptor)",
      "a=extmap:9 \(ExtensionMap.absoluteCaptureTime)",
    ]
    let plain = try negotiation(smallOffer(media: media)).sections[0].extensions
    #expect(plain.dependencyDescriptor == nil && plain.absoluteCaptureTime == 9 && !plain.allowsMixed)
    for mixed in [
      smallOffer(session: ["a=extmap-allow-mixed"], media: media), smallOffer(media: media + ["a=extmap-allow-mixed"]),
    ] {
      let extensions = try negotiation(mixed).sections[0].extensions
      #expect(extensions.dependencyDescriptor == 7 && extensions.allowsMixed)
    }
  }

  @Test("Interop 11: redundant audio is taken where it holds nothing but the section's own Opus")
  func redundancy() throws {
    #expect(try negotiation(offer("chromium-meeting")).sections[0].redundancyPayloadType == 63)
    #expect(try negotiation(offer("firefox-meeting")).sections.allSatisfy { $0.redundancyPayloadType == nil })
    let other = try offer("chromium-meeting").replacing("a=fmtp:63 111/111", with: "a=fmtp:63 111/9")
    #expect(try negotiation(other).sections[0].redundancyPayloadType == nil)
  }

  @Test("Interop 17: a slot without retransmissions is not told to ask for packets, as none would be sent again")
  func requests() throws {
    let formats = ["a=mid:0", "a=rtcp-mux", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli"]
    let slot = try negotiation(smallOffer(media: formats + ["a=recvonly"])).sections[0]
    let source = try negotiation(smallOffer(media: formats + ["a=sendonly"])).sections[0]
    #expect(slot.formats.map(\.feedback) == [["nack pli"]])
    #expect(source.formats.map(\.feedback) == [["nack", "nack pli"]])
  }

  @Test("A section that sends and receives is a source")
  func sendrecv() throws {
    let media = ["a=mid:0", "a=rtcp-mux", "a=rtpmap:96 VP8/90000"]
    #expect(try negotiation(smallOffer(media: media)).sections[0].role == .source)
    #expect(try negotiation(smallOffer(media: media + ["a=inactive"])).sections[0].role == .inactive)
    #expect(try negotiation(smallOffer(session: ["a=recvonly"], media: media)).sections[0].role == .slot)
  }

  @Test("An extension id above 14 is not taken: packets keep to the one-byte form")
  func highID() throws {
    let media = ["a=mid:0", "a=rtcp-mux", "a=rtpmap:96 VP8/90000", "a=extmap:15 urn:ietf:params:rtp-hdrext:sdes:mid"]
    #expect(try negotiation(smallOffer(media: media)).sections[0].extensions.mid == nil)
  }

  @Test("A section without rtcp-mux, outside the bundle or without a known codec is rejected alone")
  func rejections() throws {
    let sections = { (lines: [String], bundle: String) throws -> NegotiatedSection.Role? in
      let section = (["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1"] + lines).map { $0 + "\r\n" }.joined()
      return try negotiation(smallOffer(session: ["a=group:BUNDLE \(bundle)"]) + section).sections[1].role
    }
    #expect(try sections(["a=rtpmap:96 VP8/90000"], "0 1") == .rejected(.rtcpNotMultiplexed))
    #expect(try sections(["a=rtcp-mux", "a=rtpmap:96 VP8/90000"], "0") == .rejected(.notBundled))
    #expect(try sections(["a=rtcp-mux", "a=rtpmap:96 H265/90000"], "0 1") == .rejected(.noCodecInCommon))
  }
}
