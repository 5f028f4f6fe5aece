import COpenSSL

/// A SHA-256 digest (FIPS 180-4), as certificate fingerprints use it.
public struct SHA256Digest: Sendable {
  public let bytes: InlineArray<32, UInt8>

  /// The digest of `message`.
  public init(of message: RawSpan) {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var span = digest.mutableSpan
    span.withUnsafeMutableBufferPointer { output in
      message.withUnsafeBytes { _ = SHA256($0.baseAddress, $0.count, output.baseAddress) }
    }
    bytes = digest
  }
}
