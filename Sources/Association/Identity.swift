import COpenSSL
import Transport
import Wire

/// A P-256 key and its self-signed certificate: who we are in a handshake. Peers know it by its fingerprint alone.
public final class Identity: Sendable {
  public let fingerprint: CertificateFingerprint
  let context: DTLSContext

  /// Makes a new one, in about half a millisecond.
  ///
  /// - Parameter profiles: registered numbers of the SRTP protection profiles it offers or takes, best first: of 1, 7 and 8.
  public init(
    now: WallTime = SystemClock.wallTime, profiles: [UInt16] = [7, 8, 1]
  ) throws(AssociationFailure) {
    // Peers look at the fingerprint alone, never at dates; a day before allows for those that do.
    let made = try SelfSignedCertificate(
      name: "Kakehashi", validFrom: now + .seconds(-86_400), validFor: .seconds(3650 * 86_400))
    fingerprint = made.fingerprint
    // The context holds references of its own.
    context = try DTLSContext(certificate: made.certificate, key: made.key, profiles: profiles)
  }
}

/// Owner of an `SSL_CTX`, which is not changed after it is made and may then be used from every thread.
final class DTLSContext: @unchecked Sendable {
  /// OpenSSL's names. The server's order decides; GCM, preferred by default, costs half of what AES-CM with HMAC does.
  private static let names: [UInt16: String] = [
    1: "SRTP_AES128_CM_SHA1_80", 7: "SRTP_AEAD_AES_128_GCM", 8: "SRTP_AEAD_AES_256_GCM",
  ]

  let pointer: OpaquePointer

  init(certificate: OpaquePointer, key: OpaquePointer, profiles: [UInt16]) throws(AssociationFailure) {
    let names = profiles.compactMap { Self.names[$0] }.joined(separator: ":")
    guard let pointer = openssl_dtls_context(certificate, key, names) else {
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
