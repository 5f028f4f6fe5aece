import SDP
import Testing

@testable import Relay

@Suite struct OfferTests {
  static let fingerprint = "sha-256 " + Array(repeating: "AB", count: 32).joined(separator: ":")

  /// An offer with one section for each `(kind, direction)`.
  static func text(_ sections: [(kind: String, direction: String)], extra: String = "") -> String {
    let mids = sections.indices.map(String.init).joined(separator: " ")
    var lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE \(mids)"]
    for (index, section) in sections.enumerated() {
      let isAudio = section.kind == "audio"
      lines += [
        "m=\(section.kind) 9 UDP/TLS/RTP/SAVPF \(isAudio ? "111" : "96 97")", "c=IN IP4 0.0.0.0", "a=mid:\(index)",
        "a=\(section.direction)", "a=rtcp-mux", "a=setup:actpass", "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuv", "a=fingerprint:\(fingerprint)",
      ]
      lines +=
        isAudio
        ? ["a=rtpmap:111 opus/48000/2"] : ["a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"]
    }
    return (lines + [extra]).filter { !$0.isEmpty }.map { $0 + "\r\n" }.joined()
  }

  private func error(_ text: String, _ kind: ParticipantKind) -> RelayError? {
    do {
      _ = try Offer(text, kind: kind, bounds: RelayBounds())
      return nil
    } catch {
      return error
    }
  }

  @Test("What the client sends and what it receives is told apart")
  func sections() throws {
    let offer = try Offer(
      Self.text([("audio", "sendonly"), ("video", "sendrecv"), ("audio", "recvonly"), ("video", "recvonly")]),
      kind: .meeting, bounds: RelayBounds())
    #expect(offer.sources.map(\.mid) == ["0", "1"])
    #expect(offer.slots.map(\.mid) == ["2", "3"])
  }

  @Test("An offer that cannot be read says where it cannot, one that is too large how large it may be")
  func malformed() {
    guard case .offerMalformed(let reason) = error("v=0\r\nnonsense\r\n", .meeting) else {
      Issue.record("expected offerMalformed")
      return
    }
    #expect(reason.contains("line 2"))
    var bounds = RelayBounds()
    bounds.offerBytes = 10
    #expect(throws: RelayError.offerTooLarge(limit: 10)) {
      _ = try Offer(Self.text([("audio", "sendonly")]), kind: .meeting, bounds: bounds)
    }
  }

  @Test("A WHIP client must send and a WHEP client receive")
  func directions() {
    #expect(error(Self.text([("video", "sendonly")]), .whip) == nil)
    #expect(error(Self.text([("video", "recvonly")]), .whep) == nil)
    for (direction, kind) in [("recvonly", ParticipantKind.whip), ("sendonly", .whep)] {
      guard case .offerUnacceptable = error(Self.text([("video", direction)]), kind) else {
        Issue.record("expected offerUnacceptable")
        return
      }
    }
  }

  @Test("A viewer's sendrecv is a wish to receive")
  func sendReceive() throws {
    let text = Self.text([("audio", "sendrecv"), ("video", "sendrecv")])
    let viewer = try Offer(text, kind: .whep, bounds: RelayBounds())
    #expect(viewer.slots.map(\.mid) == ["0", "1"] && viewer.sources.isEmpty)
    #expect(try Offer(text, kind: .whip, bounds: RelayBounds()).sources.map(\.mid) == ["0", "1"])
  }

  @Test("A WHIP or WHEP client has one section of a kind; a meeting has as many as it likes")
  func single() {
    let cameras = Self.text([("video", "sendonly"), ("video", "sendonly")])
    #expect(error(cameras, .meeting) == nil)
    for (text, kind) in [
      (cameras, ParticipantKind.whip), (Self.text([("audio", "recvonly"), ("audio", "recvonly")]), .whep),
    ] {
      guard case .offerUnacceptable(let reason) = error(text, kind) else {
        Issue.record("expected offerUnacceptable")
        return
      }
      #expect(reason.contains("one audio and one video"))
    }
  }

  @Test("WHIP refuses an offer of which a part cannot be taken; a meeting takes the rest")
  func partial() {
    let text = Self.text([("audio", "sendonly")], extra: "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d")
    #expect(error(text, .meeting) == nil)
    guard case .offerUnacceptable = error(text, .whip) else {
      Issue.record("expected offerUnacceptable")
      return
    }
  }
}
