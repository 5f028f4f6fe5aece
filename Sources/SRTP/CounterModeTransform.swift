import Cipher
import Wire

/// AES-CM with HMAC-SHA1 (RFC 3711 sections 4.1.1 and 4.2.1), for one direction's RTP or RTCP.
struct CounterModeTransform: ~Copyable {
  static let tagByteCount = 10

  private let cipher: AESCTR
  private let authentication: HMACSHA1
  private var salt = AESCTR.Counter(repeating: 0)

  init(_ keys: SessionKeys) {
    precondition(keys.salt.count == 14, "an AES-CM salt has fourteen bytes")
    cipher = AESCTR(key: keys.encryption.span.bytes)
    authentication = HMACSHA1(key: keys.authentication.span.bytes)
    for index in keys.salt.indices { salt[index] = keys.salt[index] }
  }

  /// Adds the packet's key stream to `input`, which may lie in two pieces.
  @_lifetime(output: copy output)
  func apply(
    ssrc: UInt32, index: Int64, to input: RawSpan, _ more: RawSpan = RawSpan(), into output: inout MutableRawSpan,
    at offset: Int
  ) {
    var counter = salt
    for byte in 0..<4 { counter[4 + byte] ^= UInt8(truncatingIfNeeded: ssrc >> UInt32(24 - 8 * byte)) }
    for byte in 0..<6 { counter[8 + byte] ^= UInt8(truncatingIfNeeded: index >> Int64(40 - 8 * byte)) }
    cipher.apply(counter: counter, to: input, more, into: &output, at: offset)
  }

  /// The code of an RTP packet, which covers its roll-over counter too; its first ten bytes are the tag.
  func code(for packet: RawSpan, index: Int64) -> HMACSHA1.Code {
    let rollOver = InlineArray<4, UInt8> { UInt8(truncatingIfNeeded: index >> Int64(40 - 8 * $0)) }
    return authentication.code(for: packet, rollOver.span.bytes)
  }

  /// The code of an RTCP packet, which holds its own index.
  func code(for packet: RawSpan) -> HMACSHA1.Code {
    authentication.code(for: packet)
  }

  /// Whether `tag` begins `code`.
  static func matches(_ code: HMACSHA1.Code, tag: RawSpan) -> Bool {
    constantTimeEqual(code.span.bytes.extracting(0..<tagByteCount), tag)
  }
}
