import Foundation
import Testing
import Wire

@testable import SDP

/// The text of an offer in Vectors/.
func offer(_ name: String) throws -> String {
  let vectors = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")
  return try String(contentsOf: vectors.appending(path: "\(name).sdp"), encoding: .utf8)
}

/// The smallest offer that is taken, with lines added or replaced.
func smallOffer(
  session: [String] = [], setup: String = "actpass", port: Int = 9, proto: String = "UDP/TLS/RTP/SAVPF",
  media: [String] = ["a=mid:0", "a=rtcp-mux", "a=recvonly", "a=rtpmap:96 VP8/90000"],
  credentials: [String] = ["a=ice-ufrag:abcd", "a=ice-pwd:0123456789abcdef012345"],
  fingerprint: [String] = ["a=fingerprint:sha-256 " + [String](repeating: "AB", count: 32).joined(separator: ":")]
) -> String {
  let lines =
    ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"] + session
    + ["m=video \(port) \(proto) 96", "c=IN IP4 0.0.0.0", "a=setup:\(setup)"] + credentials + fingerprint + media
  return lines.map { $0 + "\r\n" }.joined()
}

func negotiation(_ text: String) throws(SDPError) -> Negotiation {
  try Negotiation(offer: SessionDescription(parsing: text))
}

/// A relay at 192.0.2.1:10000 whose slots have SSRCs 100 and 101, 102 and 103, … in the order of the sections.
func localParameters(for negotiation: Negotiation) throws -> LocalParameters {
  let fingerprint = try #require(Fingerprint(hash: .sha256, digest: [UInt8](repeating: 0x0a, count: 32)))
  let endpoint = try #require(Endpoint("192.0.2.1:10000"))
  var local = LocalParameters(
    sessionID: 7, usernameFragment: "relay", password: "0123456789abcdef0123456789", fingerprint: fingerprint,
    candidates: [Candidate(host: endpoint, preference: 0)], cname: "kakehashi")
  for (index, section) in negotiation.sections.filter({ $0.role == .slot }).enumerated() {
    let ssrc = UInt32(100 + 2 * index)
    local.slots[section.mid] = LocalParameters.Slot(
      ssrc: ssrc, retransmissionSSRC: ssrc + 1, streamID: "slot-\(index)", trackID: "track-\(index)")
  }
  return local
}
