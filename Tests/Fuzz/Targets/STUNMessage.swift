import Cipher
import ICE
import Wire

extension FuzzTarget {
  /// A STUN message before anything about its sender is known, and what the lite side makes of it.
  static let stunMessage = FuzzTarget("STUNMessage") { input in receiveCheck(input.bytes) }
}

/// Reads a message and has the lite side answer it.
func receiveCheck(_ datagram: RawSpan) {
  guard let message = STUNMessage(datagram) else { return }
  _ = message.username(in: datagram)
  _ = message.recipientFragmentKey(in: datagram)
  _ = message.hasRightFingerprint(in: datagram)
  _ = message.verifies(RFC5769.key, in: datagram)
  guard let relay = Endpoint("192.0.2.1:10000"), let client = Endpoint("[2001:db8::1]:40000") else { return }
  var lite = ICELite(
    local: ICECredentials(usernameFragment: "evtj", password: RFC5769.password), remoteFragment: "h6vY")
  var bytes = [UInt8](repeating: 0, count: ICELite.responseCapacity)
  var span = bytes.mutableSpan
  var response = span.mutableBytes
  let pair = CandidatePair(local: relay, remote: client)
  guard
    case .answered(let byteCount, _) = lite.receive(message, in: datagram, on: pair, now: .zero, response: &response)
  else { return }
  let answer = STUNMessage(response.bytes.extracting(0..<byteCount))
  precondition(answer != nil, "our answer can be read")
}

/// The credentials of RFC 5769, so that the seeds are authentic.
enum RFC5769 {
  static let password = "VOkJxbRl1RmTxUk/WvJxBt"
  static let key = HMACSHA1(key: Array(password.utf8).span.bytes)
}
