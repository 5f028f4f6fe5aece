import COpenSSL

/// Owner of one keyed `EVP_CIPHER_CTX`.
///
/// OpenSSL looks the cipher up once, when it is keyed; restarting with a new vector keeps cipher and key schedule. Its
/// calls fail only for lengths and orders that the callers here rule out, so a failure is a broken invariant.
struct CipherContext: ~Copyable {
  private let pointer: OpaquePointer

  init(cipher: OpaquePointer?, key: RawSpan, encrypts: Bool) {
    guard let cipher, Int(EVP_CIPHER_get_key_length(cipher)) == key.byteCount else {
      preconditionFailure("an AES key has 16 or 32 bytes")
    }
    guard let pointer = EVP_CIPHER_CTX_new() else { preconditionFailure("out of memory") }
    self.pointer = pointer
    key.withUnsafeBytes { key in
      let bytes = key.assumingMemoryBound(to: UInt8.self).baseAddress
      Self.check(EVP_CipherInit_ex(pointer, cipher, nil, bytes, nil, encrypts ? 1 : 0))
    }
  }

  deinit { EVP_CIPHER_CTX_free(pointer) }

  /// Begins a message with a new initialisation vector, whose length is the cipher's own.
  func restart(_ vector: RawSpan) {
    vector.withUnsafeBytes { vector in
      let bytes = vector.assumingMemoryBound(to: UInt8.self).baseAddress
      Self.check(EVP_CipherInit_ex(pointer, nil, nil, nil, bytes, -1))
    }
  }

  /// Enciphers or deciphers `input` to `offset` of `output`; the caller has checked that it fits.
  @_lifetime(output: copy output)
  func update(_ input: RawSpan, into output: inout MutableRawSpan, at offset: Int) {
    guard !input.isEmpty else { return }
    output.withUnsafeMutableBytes { output in
      input.withUnsafeBytes { input in
        var written: Int32 = 0
        Self.check(
          EVP_CipherUpdate(
            pointer, output.assumingMemoryBound(to: UInt8.self).baseAddress?.advanced(by: offset), &written,
            input.assumingMemoryBound(to: UInt8.self).baseAddress, Int32(input.count)))
      }
    }
  }

  /// Adds bytes that are authenticated but stay clear.
  func authenticate(_ input: RawSpan) {
    guard !input.isEmpty else { return }
    input.withUnsafeBytes { input in
      var written: Int32 = 0
      Self.check(
        EVP_CipherUpdate(
          pointer, nil, &written, input.assumingMemoryBound(to: UInt8.self).baseAddress, Int32(input.count)))
    }
  }

  /// Ends an encrypted message and writes its sixteen-byte tag to `offset` of `output`.
  @_lifetime(output: copy output)
  func finish(tagInto output: inout MutableRawSpan, at offset: Int) {
    output.withUnsafeMutableBytes { output in
      var written: Int32 = 0
      var rest: UInt8 = 0
      Self.check(EVP_CipherFinal_ex(pointer, &rest, &written))
      Self.check(
        EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_GET_TAG, 16, output.baseAddress?.advanced(by: offset)))
    }
  }

  /// Ends a decrypted message: whether `tag`, of sixteen bytes, is its tag.
  func finish(comparing tag: RawSpan) -> Bool {
    tag.withUnsafeBytes { tag in
      var written: Int32 = 0
      var rest: UInt8 = 0
      // OpenSSL reads through this pointer and does not write.
      Self.check(
        EVP_CIPHER_CTX_ctrl(
          pointer, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), UnsafeMutableRawPointer(mutating: tag.baseAddress)))
      return EVP_CipherFinal_ex(pointer, &rest, &written) == 1
    }
  }

  private static func check(_ result: Int32) {
    guard result == 1 else { preconditionFailure("OpenSSL refused a call its callers have checked") }
  }
}
