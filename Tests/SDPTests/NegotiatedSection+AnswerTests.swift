import SDP
import Testing

@Suite("The answer to an offered section")
struct NegotiatedSectionAnswerTests {
  private func answer(_ name: String) throws -> [MediaDescription] {
    let negotiation = try negotiation(offer(name))
    return negotiation.answer(try localParameters(for: negotiation)).media
  }

  @Test("Interop 5: a video slot names exactly its two sources, their FID group, cname and msid")
  func videoSlot() throws {
    let slot = try answer("aiortc-viewer")[1].attributes
    #expect(slot.values("ssrc") == ["102 cname:kakehashi", "103 cname:kakehashi"])
    #expect(slot.values("ssrc-group") == ["FID 102 103"])
    #expect(slot.values("msid") == ["slot-1 track-1"])
  }

  @Test("An audio slot, and a video slot without retransmission, name one source")
  func oneSource() throws {
    let audio = try answer("aiortc-viewer")[0].attributes
    #expect(audio.values("ssrc") == ["100 cname:kakehashi"])
    #expect(!audio.has("ssrc-group"))
    let negotiation = try negotiation(smallOffer())
    let video = negotiation.answer(try localParameters(for: negotiation)).media[0].attributes
    #expect(video.values("ssrc") == ["100 cname:kakehashi"])
  }

  @Test("A section to receive in names no source of ours")
  func source() throws {
    let microphone = try answer("chromium-publisher")[0].attributes
    #expect(!microphone.has("ssrc"))
    #expect(!microphone.has("msid"))
  }

  @Test("Interop 12: Opus asks for discontinuous transmission and in-band repair")
  func opus() throws {
    #expect(
      try answer("chromium-publisher")[0].attributes.values("fmtp") == [
        "63 111/111", "111 minptime=10;useinbandfec=1;usedtx=1",
      ])
  }

  @Test("Stereo is asked of who says that it sends it, not of who can play it")
  func stereo() throws {
    #expect(try answer("firefox-publisher")[0].attributes.values("fmtp") == ["109 useinbandfec=1;usedtx=1"])
    let text = try offer("firefox-publisher").replacing("stereo=1", with: "stereo=1;sprop-stereo=1")
    let negotiation = try negotiation(text)
    let answer = negotiation.answer(try localParameters(for: negotiation)).media[0]
    #expect(answer.attributes.values("fmtp") == ["109 stereo=1;useinbandfec=1;usedtx=1"])
  }

  @Test("Video variants are said back, retransmissions follow their codec")
  func video() throws {
    let camera = try answer("aiortc-publisher")[1]
    #expect(camera.formats == ["97", "98", "99", "100", "101", "102"])
    #expect(
      camera.attributes.values("fmtp") == [
        "98 apt=97", "99 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f", "100 apt=99",
        "101 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", "102 apt=101",
      ])
    #expect(
      camera.attributes.values("rtcp-fb").allSatisfy { !$0.contains("goog-remb") && !$0.contains("transport-cc") })
  }

  @Test("Interop 4: directions of extensions are mirrored, others are left out")
  func extensions() throws {
    #expect(
      try answer("firefox-publisher")[0].attributes.values("extmap") == [
        "1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", "3 urn:ietf:params:rtp-hdrext:sdes:mid",
      ])
    let text = try offer("firefox-publisher").replacing("a=extmap:3 ", with: "a=extmap:3/sendonly ")
    let negotiation = try negotiation(text)
    let camera = negotiation.answer(try localParameters(for: negotiation)).media[1]
    #expect(
      camera.attributes.values("extmap") == [
        "3/recvonly urn:ietf:params:rtp-hdrext:sdes:mid",
        "6/sendonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
      ])
  }

  @Test("Interop 4: reduced-size RTCP is agreed on where it is offered")
  func reducedSize() throws {
    #expect(try answer("firefox-publisher").map { $0.attributes.has("rtcp-rsize") } == [false, true])
    #expect(try answer("chromium-publisher").allSatisfy { $0.attributes.has("rtcp-rsize") })
  }

  @Test("Interop 21: exclusive multiplexing of RTCP is said back to who offers it")
  func multiplexedOnly() throws {
    #expect(try !answer("chromium-publisher").contains { $0.attributes.has("rtcp-mux-only") })
    let text = try offer("chromium-publisher").replacing("a=rtcp-mux\r\n", with: "a=rtcp-mux\r\na=rtcp-mux-only\r\n")
    let negotiation = try negotiation(text)
    let answer = negotiation.answer(try localParameters(for: negotiation))
    #expect(answer.media.allSatisfy { $0.attributes.has("rtcp-mux") && $0.attributes.has("rtcp-mux-only") })
  }

  @Test("Interop 11: redundant audio stands first, or Chromium does not send it; events and comfort noise are left out")
  func formats() throws {
    let microphone = try answer("chromium-publisher")[0]
    #expect(microphone.formats == ["63", "111"])
    #expect(microphone.attributes.values("rtpmap") == ["63 red/48000/2", "111 opus/48000/2"])
    #expect(microphone.attributes.values("fmtp").first == "63 111/111")
    #expect(try answer("firefox-publisher")[0].formats == ["109"])
  }

  @Test("Interop 8: what receivers know of is agreed on: colour space, playout delay, but not how a picture is turned")
  func handedOn() throws {
    let camera = try answer("chromium-publisher")[1]
    let uris = camera.attributes.values("extmap").compactMap { $0.split(separator: " ").last.map(String.init) }
    #expect(Set(uris) == [ExtensionMap.mid, ExtensionMap.colorSpace, ExtensionMap.playoutDelay])
    #expect(camera.attributes.has("extmap-allow-mixed"))
  }
}
