import COpenSSL

/// AES in Galois/counter mode (NIST SP 800-38D) with nonces of twelve bytes and tags of sixteen.
///
/// One value is one key in one direction. The key schedule is made once; each message only sets a new nonce, without
/// allocation. Whoever encrypts sees to it that no nonce ever occurs twice under one key.
public enum AESGCM {
  public static let tagByteCount = 16
  public typealias Nonce = InlineArray<12, UInt8>

  /// Encrypts and authenticates.
  public struct Sealer: ~Copyable {
    private let context: CipherContext

    /// `key` has 16 bytes (AES-128) or 32 (AES-256).
    public init(key: RawSpan) {
      context = CipherContext(cipher: AESGCM.cipher(for: key), key: key, encrypts: true)
    }

    /// Writes the ciphertext of `plaintext`, which may lie in two pieces, and then the tag at `offset` of `output`, where
    /// all must fit.
    @_lifetime(output: copy output)
    public func seal(
      _ plaintext: RawSpan, _ more: RawSpan = RawSpan(), nonce: Nonce, authenticating header: RawSpan,
      into output: inout MutableRawSpan, at offset: Int
    ) {
      precondition(
        offset >= 0 && offset <= output.byteCount && plaintext.byteCount <= output.byteCount - offset
          && more.byteCount <= output.byteCount - offset - plaintext.byteCount - AESGCM.tagByteCount, "the output fits")
      context.restart(nonce.span.bytes)
      context.authenticate(header)
      context.update(plaintext, into: &output, at: offset)
      context.update(more, into: &output, at: offset + plaintext.byteCount)
      context.finish(tagInto: &output, at: offset + plaintext.byteCount + more.byteCount)
    }
  }

  /// Verifies and decrypts.
  public struct Opener: ~Copyable {
    private let context: CipherContext

    /// `key` has 16 bytes (AES-128) or 32 (AES-256).
    public init(key: RawSpan) {
      context = CipherContext(cipher: AESGCM.cipher(for: key), key: key, encrypts: false)
    }

    /// Writes the plaintext of `sealed`, ciphertext and then tag, at `offset` of `output`, where it must fit; whether
    /// the tag is right. If it is not, what was written means nothing and must not be read.
    @_lifetime(output: copy output)
    public func open(
      _ sealed: RawSpan, nonce: Nonce, authenticating header: RawSpan, into output: inout MutableRawSpan,
      at offset: Int
    ) -> Bool {
      let count = sealed.byteCount - AESGCM.tagByteCount
      guard count >= 0 else { return false }
      precondition(offset >= 0 && offset <= output.byteCount && count <= output.byteCount - offset, "the output fits")
      context.restart(nonce.span.bytes)
      context.authenticate(header)
      context.update(sealed.extracting(0..<count), into: &output, at: offset)
      return context.finish(comparing: sealed.extracting(count..<sealed.byteCount))
    }
  }

  private static func cipher(for key: RawSpan) -> OpaquePointer? {
    key.byteCount == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm()
  }
}

/// Their only owners hold them, whatever thread those are on.
extension AESGCM.Sealer: @unchecked Sendable {}
extension AESGCM.Opener: @unchecked Sendable {}
