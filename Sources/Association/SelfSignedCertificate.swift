import COpenSSL
import Wire

/// A P-256 key and a certificate that it signed itself: for DTLS, and for HTTPS until the office's own authority issues one.
///
/// The OpenSSL objects are only read after `init`, which their reference counts allow from any thread.
public final class SelfSignedCertificate: @unchecked Sendable {
  let certificate: OpaquePointer
  let key: OpaquePointer

  /// - Parameters:
  ///   - name: the subject's common name.
  ///   - hosts: names and addresses that HTTPS clients will use; DTLS needs none.
  ///   - validFrom: a day before the certificate is first used allows for clocks that are behind.
  ///   - keyFile: PEM file of the key to renew a certificate with, so that who has pinned it goes on believing it; where
  ///     there is none, or it cannot be read, a new key is drawn.
  public init(
    name: String, hosts: [String] = [], validFrom: WallTime, validFor: Duration, keyFile: String? = nil
  ) throws(AssociationFailure) {
    guard let key = keyFile.flatMap(Self.readKey) ?? Self.makeKey() else { throw .handshake(DTLSContext.lastError()) }
    guard
      let certificate = Self.makeCertificate(key, name: name, hosts: hosts, validFrom: validFrom, validFor: validFor)
    else {
      EVP_PKEY_free(key)
      throw .handshake(DTLSContext.lastError())
    }
    self.key = key
    self.certificate = certificate
  }

  deinit {
    X509_free(certificate)
    EVP_PKEY_free(key)
  }

  /// What signalling says of the certificate (RFC 8122).
  public var fingerprint: CertificateFingerprint {
    CertificateFingerprint(hash: .sha256, of: certificate)
  }

  /// SHA-256 of the public key's SubjectPublicKeyInfo: what a client pins (RFC 7469 section 2.4).
  public var publicKeyDigest: [UInt8] { PublicKeyDigest.sha256(of: key) }

  public var certificatePEM: String {
    Self.pem { PEM_write_bio_X509($0, certificate) }
  }

  /// PKCS #8, not encrypted: for a file that only its owner may read.
  public var keyPEM: String {
    Self.pem { PEM_write_bio_PKCS8PrivateKey($0, key, nil, nil, 0, nil, nil) }
  }

  private static func readKey(_ file: String) -> OpaquePointer? {
    defer { ERR_clear_error() }
    guard let bio = BIO_new_file(file, "r") else { return nil }
    defer { BIO_free(bio) }
    // A key under a password is no key of ours; without this OpenSSL would ask for it on the terminal.
    return PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil)
  }

  private static func makeKey() -> OpaquePointer? {
    guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
      EVP_PKEY_generate(context, &key) == 1
    else { return nil }
    return key
  }

  private static func makeCertificate(
    _ key: OpaquePointer, name: String, hosts: [String], validFrom: WallTime, validFor: Duration
  ) -> OpaquePointer? {
    guard let certificate = X509_new() else { return nil }
    let start = Int(validFrom.nanoseconds / 1_000_000_000)
    let end = Int((validFrom + validFor).nanoseconds / 1_000_000_000)
    // A serial number of 64 random bits, positive (RFC 5280 section 4.1.2.2).
    let serial = UInt64.random(in: 1...(.max >> 1))
    let isComplete =
      X509_set_version(certificate, 2) == 1
      && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1
      && ASN1_TIME_set(X509_getm_notBefore(certificate), start) != nil
      && ASN1_TIME_set(X509_getm_notAfter(certificate), end) != nil
      && X509_set_pubkey(certificate, key) == 1
      && setName(certificate, name)
      && (hosts.isEmpty || addHosts(certificate, hosts))
      && X509_sign(certificate, key, EVP_sha256()) > 0
    guard isComplete else {
      X509_free(certificate)
      return nil
    }
    return certificate
  }

  private static func setName(_ certificate: OpaquePointer, _ name: String) -> Bool {
    let subject = X509_get_subject_name(certificate)
    let bytes = Array(name.utf8)
    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1
      && X509_set_issuer_name(certificate, subject) == 1
  }

  /// A leaf for servers that may also stand as its own authority, so that a client can be handed it as a CA file.
  private static func addHosts(_ certificate: OpaquePointer, _ hosts: [String]) -> Bool {
    let names = hosts.map { (IPAddress($0) == nil ? "DNS:" : "IP:") + $0 }.joined(separator: ",")
    let extensions = [
      (NID_subject_alt_name, names), (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
      (NID_key_usage, "critical,digitalSignature,keyCertSign"), (NID_ext_key_usage, "serverAuth"),
    ]
    return extensions.allSatisfy { identifier, value in
      guard let piece = X509V3_EXT_conf_nid(nil, nil, identifier, value) else { return false }
      defer { X509_EXTENSION_free(piece) }
      return X509_add_ext(certificate, piece, -1) == 1
    }
  }

  private static func pem(_ write: (OpaquePointer?) -> Int32) -> String {
    guard let bio = BIO_new(BIO_s_mem()) else { preconditionFailure("memory for a PEM file") }
    defer { BIO_free(bio) }
    guard write(bio) == 1 else { preconditionFailure("the PEM form of an object that OpenSSL made") }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = BIO_read(bio, &chunk, Int32(chunk.count)), count > 0 {
      text += chunk.prefix(Int(count))
    }
    return String(decoding: text, as: UTF8.self)
  }
}
