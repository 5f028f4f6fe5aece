/// `a=fingerprint` (RFC 8122 section 5): `sha-256 AB:CD:…`.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
  /// The hash functions that are strong enough.
  public enum Hash: String, Sendable, CaseIterable {
    case sha256 = "sha-256"
    case sha384 = "sha-384"
    case sha512 = "sha-512"

    public var byteCount: Int {
      switch self {
      case .sha256: 32
      case .sha384: 48
      case .sha512: 64
      }
    }
  }

  public let hash: Hash
  public let digest: [UInt8]

  /// `nil` when the digest has another length than its hash.
  public init?(hash: Hash, digest: [UInt8]) {
    guard digest.count == hash.byteCount else { return nil }
    self.hash = hash
    self.digest = digest
  }

  /// `nil` also for a hash that is not accepted.
  public init?(_ value: String) {
    let fields = value.fields()
    guard fields.count == 2, let hash = Hash(rawValue: fields[0].lowercased()) else { return nil }
    var digest: [UInt8] = []
    for octet in fields[1].fields(":", keepsEmpty: true) {
      guard octet.utf8.count == 2, octet.unicodeScalars.allSatisfy(\.properties.isASCIIHexDigit),
        let byte = UInt8(octet, radix: 16)
      else {
        return nil
      }
      digest.append(byte)
    }
    self.init(hash: hash, digest: digest)
  }

  public var description: String {
    let octets = digest.map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return byte < 16 ? "0" + digits : digits
    }
    return "\(hash.rawValue) \(octets.joined(separator: ":"))"
  }
}
