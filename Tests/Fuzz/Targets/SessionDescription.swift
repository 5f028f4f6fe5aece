import SDP
import Wire

extension FuzzTarget {
  /// An offer from a browser: read, negotiated and answered. Our answer must be one that we could read ourselves.
  static let sessionDescription = FuzzTarget("SessionDescription") { input in
    let text = String(decoding: input, as: UTF8.self)
    guard let offer = try? SessionDescription(parsing: text) else { return }
    _ = offer.serialized()
    guard let negotiation = try? Negotiation(offer: offer), let local = localParameters(for: negotiation) else {
      return
    }
    let answer = negotiation.answer(local).serialized()
    do {
      _ = try SessionDescription(parsing: answer)
    } catch {
      preconditionFailure("\(error) in our answer:\n\(answer)")
    }
  }
}

private func localParameters(for negotiation: Negotiation) -> LocalParameters? {
  guard let fingerprint = Fingerprint(hash: .sha256, digest: [UInt8](repeating: 0x0a, count: 32)),
    let endpoint = Endpoint("192.0.2.1:10000")
  else { return nil }
  var local = LocalParameters(
    sessionID: 7, usernameFragment: "relay", password: "0123456789abcdef0123456789", fingerprint: fingerprint,
    candidates: [Candidate(host: endpoint, preference: 0)], cname: "kakehashi")
  for section in negotiation.sections where section.role == .slot {
    local.slots[section.mid] = LocalParameters.Slot(
      ssrc: 100, retransmissionSSRC: 101, streamID: "slot", trackID: "track")
  }
  return local
}
