import COpenSSL

/// HMAC-SHA256 (RFC 2104): STAMP's authenticated mode and the access tokens of the web interface.
///
/// Keying hashes the two pads once; each code then starts from copies of those states, without allocation.
public struct HMACSHA256: Sendable {
  /// Length of a whole code; STAMP uses the first sixteen.
  public static let codeByteCount = 32
  public typealias Code = InlineArray<32, UInt8>

  private static let blockByteCount = 64
  private var inner = SHA256_CTX()
  private var outer = SHA256_CTX()

  public init(key: RawSpan) {
    var block = InlineArray<64, UInt8>(repeating: 0)
    if key.byteCount > Self.blockByteCount {
      var state = SHA256_CTX()
      SHA256_Init(&state)
      Self.update(&state, key)
      let digest = Self.finish(&state)
      for index in 0..<digest.count { block[index] = digest[index] }
    } else {
      for index in 0..<key.byteCount { block[index] = key.unsafeLoad(fromByteOffset: index, as: UInt8.self) }
    }
    for index in block.indices { block[index] ^= 0x36 }
    SHA256_Init(&inner)
    Self.update(&inner, block.span.bytes)
    for index in block.indices { block[index] ^= 0x36 ^ 0x5c }
    SHA256_Init(&outer)
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

  private func finished(_ state: inout SHA256_CTX) -> Code {
    let digest = Self.finish(&state)
    var last = outer
    Self.update(&last, digest.span.bytes)
    return Self.finish(&last)
  }

  private static func update(_ state: inout SHA256_CTX, _ bytes: RawSpan) {
    bytes.withUnsafeBytes { _ = SHA256_Update(&state, $0.baseAddress, $0.count) }
  }

  private static func finish(_ state: inout SHA256_CTX) -> Code {
    var code = Code(repeating: 0)
    var span = code.mutableSpan
    span.withUnsafeMutableBufferPointer { _ = SHA256_Final($0.baseAddress, &state) }
    return code
  }
}
