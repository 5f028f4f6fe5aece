import Cipher
import Testing
import Wire

@testable import ICE

/// Calls of a lite agent over arrays.
struct LitePeer {
  static let relay = Endpoint(address: .loopbackV4, port: 10000)
  static let credentials = ICECredentials(usernameFragment: "relayaaa", password: "relay-password-of-24-char")
  static let peerFragment = "peer"

  var lite = ICELite(local: credentials, remoteFragment: peerFragment)

  /// Takes a datagram from `remote`; gives the answer's bytes and what else became of it.
  mutating func receive(
    _ datagram: [UInt8], from remote: Endpoint, at seconds: Double = 0
  ) -> (outcome: ICELite.Outcome, answer: [UInt8]) {
    let span = datagram.span.bytes
    guard let message = STUNMessage(span) else { return (.dropped(.stunMalformed), []) }
    var bytes = [UInt8](repeating: 0xee, count: ICELite.responseCapacity)
    var elements = bytes.mutableSpan
    var response = elements.mutableBytes
    let outcome = lite.receive(
      message, in: span, on: CandidatePair(local: Self.relay, remote: remote), now: .seconds(seconds),
      response: &response)
    guard case .answered(let byteCount, _) = outcome else { return (outcome, []) }
    return (outcome, Array(bytes.prefix(byteCount)))
  }

  func pair(_ remote: Endpoint) -> CandidatePair { CandidatePair(local: Self.relay, remote: remote) }
}

extension MonotonicTime {
  static func seconds(_ seconds: Double) -> MonotonicTime {
    MonotonicTime(nanoseconds: Int64(seconds * 1_000_000_000))
  }
}

/// A check as a full agent sends it, with parts left out or wrong; put together here byte by byte, not by `STUNWriter`.
struct Check {
  var credentials = LitePeer.credentials
  var username: String?
  var type: UInt16 = 0x0001
  var isNomination = false
  var hasIntegrity = true
  var hasFingerprint = true
  /// Further attributes before the integrity: type and value.
  var extra: [(type: UInt16, value: [UInt8])] = []

  var bytes: [UInt8] {
    var message: [UInt8] = []
    message.append(u16: type)
    message.append(u16: 0)
    message += hex("2112a442 000102030405060708090a0b")
    let name = username ?? "\(credentials.usernameFragment):\(LitePeer.peerFragment)"
    Self.append(0x0006, Array(name.utf8), to: &message)
    Self.append(0x0024, hex("6e0001ff"), to: &message)
    if isNomination { Self.append(0x0025, [], to: &message) }
    for (type, value) in extra { Self.append(type, value, to: &message) }
    if hasIntegrity {
      Self.setLength(of: &message, plus: 24)
      let password = Array(credentials.password.utf8)
      let code = HMACSHA1(key: password.span.bytes).code(for: message.span.bytes)
      Self.append(0x0008, code.indices.map { code[$0] }, to: &message)
    }
    if hasFingerprint {
      Self.setLength(of: &message, plus: 8)
      var value: [UInt8] = []
      value.append(u32: CRC32.checksum(of: message.span.bytes) ^ 0x5354_554e)
      Self.append(0x8028, value, to: &message)
    }
    Self.setLength(of: &message, plus: 0)
    return message
  }

  private static func append(_ type: UInt16, _ value: [UInt8], to message: inout [UInt8]) {
    message.append(u16: type)
    message.append(u16: UInt16(value.count))
    message += value
    while message.count % 4 != 0 { message.append(0) }
  }

  private static func setLength(of message: inout [UInt8], plus further: Int) {
    message[2] = UInt8((message.count - 20 + further) >> 8)
    message[3] = UInt8((message.count - 20 + further) & 255)
  }
}
