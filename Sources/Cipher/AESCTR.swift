import COpenSSL

/// AES in counter mode (NIST SP 800-38A) under one key: SRTP's AES-CM and its key derivation.
///
/// The key schedule is made once; each message only sets a new counter, without allocation.
public struct AESCTR: ~Copyable {
  /// The first counter block.
  public typealias Counter = InlineArray<16, UInt8>

  private let context: CipherContext

  /// `key` has 16 bytes (AES-128) or 32 (AES-256).
  public init(key: RawSpan) {
    context = CipherContext(
      cipher: key.byteCount == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), key: key, encrypts: true)
  }

  /// Adds the key stream from `counter` to `input`, which may lie in two pieces, and writes the result at `offset` of
  /// `output`, where it must fit. Encrypts and decrypts alike.
  @_lifetime(output: copy output)
  public func apply(
    counter: Counter, to input: RawSpan, _ more: RawSpan = RawSpan(), into output: inout MutableRawSpan, at offset: Int
  ) {
    precondition(
      offset >= 0 && offset <= output.byteCount && input.byteCount <= output.byteCount - offset
        && more.byteCount <= output.byteCount - offset - input.byteCount, "the output fits")
    context.restart(counter.span.bytes)
    context.update(input, into: &output, at: offset)
    context.update(more, into: &output, at: offset + input.byteCount)
  }
}

/// Its only owner holds it, whatever thread that is on.
extension AESCTR: @unchecked Sendable {}
