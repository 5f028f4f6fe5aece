import COpenSSL
import Transport
import Wire

/// A P-256 key and its self-signed certificate: who we are in a handshake. Peers know it by its fingerprint alone.
public final class Identity: Sendable {
  public let fingerprint: CertificateFingerprint
  let context: DTLSContext

  /// Makes a new one, in about half a millisecond.
  public init(now: WallTime = SystemClock.wallTime) throws(AssociationFailure) {
    // Peers look at the fingerprint alone, never at dates; a day before allows for those that do.
    let made = try SelfSignedCertificate(
      name: "Kakehashi", validFrom: now + .seconds(-86_400), validFor: .seconds(3650 * 86_400))
    fingerprint = made.fingerprint
    // The context holds references of its own.
    context = try DTLSContext(certificate: made.certificate, key: made.key)
  }
}

/// Owner of an `SSL_CTX`, which is not changed after it is made and may then be used from every thread.
final class DTLSContext: @unchecked Sendable {
  /// The relay's preference: GCM costs it half of what AES-CM with HMAC does. The server's order decides.
  static let profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80"

  let pointer: OpaquePointer

  init(certificate: OpaquePointer, key: OpaquePointer) throws(AssociationFailure) {
    guard let pointer = openssl_dtls_context(certificate, key, Self.profiles) else {
      throw .handshake(Self.lastError())
    }
    self.pointer = pointer
  }

  deinit { SSL_CTX_free(pointer) }

  /// What OpenSSL's queue of this thread says; the queue is empty afterwards.
  static func lastError() -> String {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0, let reason = ERR_reason_error_string(code) else { return "no reason given" }
    return String(cString: reason)
  }
}
