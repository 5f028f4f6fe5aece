import COpenSSL
import Glibc
import Wire

/// The certificates in a PEM file: a server's own, then the authorities between it and its root.
public struct CertificateFile: Sendable, Equatable {
  /// The time in which all of the file's certificates are valid.
  public let validFrom: WallTime
  public let validUntil: WallTime
  /// The DNS names and addresses that the server's own certificate is for (RFC 5280 section 4.2.1.6).
  public let hosts: [String]
  /// SHA-256 of its public key's SubjectPublicKeyInfo: what a client pins (RFC 7469 section 2.4).
  public let publicKeyDigest: [UInt8]
  public let isSelfSigned: Bool
  /// Whether each certificate was issued by the one after it, as TLS wants them (RFC 8446 section 4.4.2).
  public let isInOrder: Bool

  /// What is wrong with the file, as the end of a sentence that begins with its name.
  public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    static let unreadable = Problem(description: "cannot be read")
    static let empty = Problem(description: "holds no certificate in PEM form")
    static let undated = Problem(description: "holds a certificate without dates")
  }

  public init(path: String) throws(Problem) {
    let chain = try Self.read(path)
    defer { for certificate in chain { X509_free(certificate) } }
    guard let own = chain.first, let key = X509_get0_pubkey(own) else { throw .empty }
    let starts = chain.compactMap { Self.time(X509_get0_notBefore($0)) }
    let ends = chain.compactMap { Self.time(X509_get0_notAfter($0)) }
    guard let start = starts.max(), let end = ends.min(), starts.count == chain.count, ends.count == chain.count
    else { throw .undated }
    (validFrom, validUntil) = (start, end)
    hosts = Self.hosts(own)
    publicKeyDigest = PublicKeyDigest.sha256(of: key)
    isSelfSigned = X509_check_issued(own, own) == X509_V_OK
    isInOrder = zip(chain, chain.dropFirst()).allSatisfy { X509_check_issued($1, $0) == X509_V_OK }
    ERR_clear_error()
  }

  private static func read(_ path: String) throws(Problem) -> [OpaquePointer] {
    defer { ERR_clear_error() }
    guard let bio = BIO_new_file(path, "r") else { throw .unreadable }
    defer { BIO_free(bio) }
    var chain: [OpaquePointer] = []
    while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) { chain.append(certificate) }
    return chain
  }

  /// "No well-defined end" is the year 9999 (RFC 5280 section 4.1.2.5), later than `WallTime` can tell.
  private static func time(_ text: UnsafePointer<ASN1_TIME>?) -> WallTime? {
    var parts = tm()
    guard let text, ASN1_TIME_to_tm(text, &parts) == 1 else { return nil }
    return WallTime(seconds: min(Int64(timegm(&parts)), .max / 1_000_000_000))
  }

  private static func hosts(_ certificate: OpaquePointer) -> [String] {
    guard let names = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
    let list = OpaquePointer(names)
    defer { GENERAL_NAMES_free(list) }
    return (0..<OPENSSL_sk_num(list)).compactMap { index in
      guard let entry = OPENSSL_sk_value(list, index) else { return nil }
      var kind: Int32 = 0
      guard let value = GENERAL_NAME_get0_value(entry.assumingMemoryBound(to: GENERAL_NAME.self), &kind)
      else { return nil }
      let string = value.assumingMemoryBound(to: ASN1_STRING.self)
      let bytes = UnsafeRawBufferPointer(
        start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
      switch (kind, bytes.count) {
      case (GEN_DNS, _): return String(decoding: bytes, as: UTF8.self)
      case (GEN_IPADD, 4): return IPAddress(v4: UInt32(number(bytes))).description
      case (GEN_IPADD, 16): return IPAddress(high: number(bytes.prefix(8)), low: number(bytes.suffix(8))).description
      default: return nil
      }
    }
  }

  private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// SHA-256 of a public key's SubjectPublicKeyInfo.
enum PublicKeyDigest {
  static func sha256(of key: OpaquePointer) -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = i2d_PUBKEY(key, &bytes)
    guard count > 0, let bytes else { preconditionFailure("the encoding of a key that OpenSSL has read or made") }
    defer { CRYPTO_free(bytes, #file, #line) }
    var digest = [UInt8](repeating: 0, count: 32)
    SHA256(bytes, Int(count), &digest)
    return digest
  }
}
