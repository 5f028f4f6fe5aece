/// An offer as browsers make it, cut down to what an answer needs.
enum TestOffer {
  static func text(_ sections: [(kind: String, direction: String)], fragment: String = "a1b2") -> String {
    let mids = sections.indices.map(String.init)
    var lines = [
      "v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0",
      "a=group:BUNDLE \(mids.joined(separator: " "))",
    ]
    for (mid, section) in zip(mids, sections) {
      let isAudio = section.kind == "audio"
      lines += [
        "m=\(section.kind) 9 UDP/TLS/RTP/SAVPF \(isAudio ? "111" : "96 97")", "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:\(fragment)", "a=ice-pwd:0123456789abcdefghijklmn", "a=ice-options:trickle",
        "a=fingerprint:sha-256 " + Array(repeating: "AB", count: 32).joined(separator: ":"), "a=setup:actpass",
        "a=mid:\(mid)", "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", "a=\(section.direction)", "a=rtcp-mux",
      ]
      lines +=
        isAudio
        ? ["a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1"]
        : [
          "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli", "a=rtpmap:97 rtx/90000",
          "a=fmtp:97 apt=96",
        ]
      if section.direction == "sendonly" { lines.append("a=ssrc:\(1_000 + (Int(mid) ?? 0)) cname:x") }
    }
    return lines.map { $0 + "\r\n" }.joined()
  }

  static let meeting = text([
    ("audio", "sendonly"), ("video", "sendonly"), ("audio", "recvonly"), ("video", "recvonly"),
  ])
  static let publisher = text([("audio", "sendonly"), ("video", "sendonly")])
  static let viewer = text([("audio", "recvonly"), ("video", "recvonly")])
}
