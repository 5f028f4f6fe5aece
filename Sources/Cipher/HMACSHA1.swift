import COpenSSL

/// HMAC-SHA1 (RFC 2104): STUN's MESSAGE-INTEGRITY and SRTP's AES-CM profile.
///
/// Keying hashes the two pads once; each code then starts from copies of those states, without allocation.
public struct HMACSHA1: Sendable {
  /// Length of a whole code; STUN uses all of it, SRTP the first ten.
  public static let codeByteCount = 20
  public typealias Code = InlineArray<20, UInt8>

  private static let blockByteCount = 64
  private var inner = SHA_CTX()
  private var outer = SHA_CTX()

  public init(key: RawSpan) {
    var block = InlineArray<64, UInt8>(repeating: 0)
    if key.byteCount > Self.blockByteCount {
      var state = SHA_CTX()
      SHA1_Init(&state)
      Self.update(&state, key)
      let digest = Self.finish(&state)
      for index in 0..<digest.count { block[index] = digest[index] }
    } else {
      for index in 0..<key.byteCount { block[index] = key.unsafeLoad(fromByteOffset: index, as: UInt8.self) }
    }
    for index in block.indices { block[index] ^= 0x36 }
    SHA1_Init(&inner)
    Self.update(&inner, block.span.bytes)
    for index in block.indices { block[index] ^= 0x36 ^ 0x5c }
    SHA1_Init(&outer)
    Self.update(&outer, block.span.bytes)
  }

  public func code(for message: RawSpan) -> Code {
    var state = inner
    Self.update(&state, message)
    return finished(&state)
  }

  /// The code of one message that lies in two pieces.
  public func code(for first: RawSpan, _ second: RawSpan) -> Code {
    var state = inner
    Self.update(&state, first)
    Self.update(&state, second)
    return finished(&state)
  }

  private func finished(_ state: inout SHA_CTX) -> Code {
    let digest = Self.finish(&state)
    var last = outer
    Self.update(&last, digest.span.bytes)
    return Self.finish(&last)
  }

  private static func update(_ state: inout SHA_CTX, _ bytes: RawSpan) {
    bytes.withUnsafeBytes { _ = SHA1_Update(&state, $0.baseAddress, $0.count) }
  }

  private static func finish(_ state: inout SHA_CTX) -> Code {
    var code = Code(repeating: 0)
    var span = code.mutableSpan
    span.withUnsafeMutableBufferPointer { _ = SHA1_Final($0.baseAddress, &state) }
    return code
  }
}
