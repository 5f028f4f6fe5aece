import COpenSSL

/// The hash of a certificate, as signalling names it (RFC 8122 section 5).
public struct CertificateFingerprint: Hashable, Sendable {
  public enum Hash: String, CaseIterable, Sendable {
    case sha256 = "sha-256"
    case sha384 = "sha-384"
    case sha512 = "sha-512"
  }

  public let hash: Hash
  public let digest: [UInt8]

  public init(hash: Hash, digest: [UInt8]) {
    self.hash = hash
    self.digest = digest
  }

  /// The fingerprint of an X.509 certificate.
  init(hash: Hash, of certificate: OpaquePointer) {
    let algorithm =
      switch hash {
      case .sha256: EVP_sha256()
      case .sha384: EVP_sha384()
      case .sha512: EVP_sha512()
      }
    self.hash = hash
    digest = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
      var length: UInt32 = 0
      count = X509_digest(certificate, algorithm, buffer.baseAddress, &length) == 1 ? Int(length) : 0
    }
  }

  /// The value of `a=fingerprint` after the hash's name: upper-case bytes with colons between.
  public var text: String {
    digest.map { byte in
      let hex = String(byte, radix: 16, uppercase: true)
      return byte < 16 ? "0\(hex)" : hex
    }.joined(separator: ":")
  }
}
