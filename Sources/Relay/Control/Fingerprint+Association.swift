import Association
import SDP

/// SDP and DTLS each have a word for the hash of a certificate; neither module knows the other.
extension Fingerprint {
  init?(_ fingerprint: CertificateFingerprint) {
    guard let hash = Hash(rawValue: fingerprint.hash.rawValue) else { return nil }
    self.init(hash: hash, digest: fingerprint.digest)
  }
}

extension CertificateFingerprint {
  init?(_ fingerprint: Fingerprint) {
    guard let hash = Hash(rawValue: fingerprint.hash.rawValue) else { return nil }
    self.init(hash: hash, digest: fingerprint.digest)
  }
}
