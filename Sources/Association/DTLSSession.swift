import COpenSSL
import Wire

/// One DTLS 1.2 connection: owner of an `SSL`, which one thread alone may touch.
///
/// Datagrams go in and come out as bytes; the retransmission timer is OpenSSL's, which reads the real clock.
struct DTLSSession: ~Copyable {
  /// What a call brought about.
  enum Progress: Equatable {
    case waiting
    case connected(ExportedKeys)
    case closed
    case failed(AssociationFailure)
  }

  /// UDP payload that passes every path that passes video (interop: no datagram over 1,232 bytes).
  static let mtu: UInt32 = 1200

  private let ssl: OpaquePointer
  private let fingerprints: [CertificateFingerprint]
  private(set) var isConnected = false

  /// The peer must show a certificate that has one of `fingerprints`.
  init(_ identity: Identity, _ role: AssociationRole, fingerprints: [CertificateFingerprint]) throws(AssociationFailure)
  {
    guard let ssl = openssl_dtls_new(identity.context.pointer, role == .client ? 1 : 0, Self.mtu) else {
      throw .handshake(DTLSContext.lastError())
    }
    self.ssl = ssl
    self.fingerprints = fingerprints
  }

  deinit { SSL_free(ssl) }

  /// Begins the handshake of a client; a server waits for the first datagram.
  mutating func start() -> Progress {
    advance()
  }

  mutating func receive(_ datagram: [UInt8]) -> Progress {
    datagram.withUnsafeBytes { bytes in
      openssl_dtls_set_input(ssl, bytes.baseAddress, bytes.count)
      defer { openssl_dtls_set_input(ssl, nil, 0) }
      return advance()
    }
  }

  /// Retransmits when the timer has fired.
  mutating func handleTimeout() -> Progress {
    ERR_clear_error()
    return openssl_dtls_handle_timeout(ssl) < 0 ? .failed(.timedOut) : .waiting
  }

  /// Time until the retransmission timer fires; `nil` while it is not set.
  var timeout: Duration? {
    let left = openssl_dtls_timeout(ssl)
    return left < 0 ? nil : .microseconds(left)
  }

  /// Says close_notify.
  mutating func close() {
    guard isConnected else { return }
    // Freed buffers come back only by reading.
    _ = read()
    SSL_shutdown(ssl)
    ERR_clear_error()
  }

  /// Takes the datagrams that are to be sent.
  mutating func takeOutput() -> [[UInt8]] {
    var length = 0
    guard let start = openssl_dtls_output(ssl, &length) else { return [] }
    defer { openssl_dtls_clear_output(ssl) }
    let bytes = UnsafeRawBufferPointer(start: start, count: length)
    var datagrams: [[UInt8]] = []
    var offset = 0
    while offset + 2 <= length {
      let count = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      offset += 2
      datagrams.append(Array(bytes[offset..<(offset + count)]))
      offset += count
    }
    return datagrams
  }

  private mutating func advance() -> Progress {
    ERR_clear_error()
    if isConnected { return read() }
    let result = SSL_do_handshake(ssl)
    if result == 1 { return complete() }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .waiting
    default: return .failed(.handshake(DTLSContext.lastError()))
    }
  }

  /// Checks whom we talk to, and exports.
  private mutating func complete() -> Progress {
    guard let certificate = SSL_get1_peer_certificate(ssl) else { return .failed(.wrongFingerprint) }
    defer { X509_free(certificate) }
    guard fingerprints.contains(where: { $0 == CertificateFingerprint(hash: $0.hash, of: certificate) }) else {
      return .failed(.wrongFingerprint)
    }
    guard let profile = SSL_get_selected_srtp_profile(ssl) else { return .failed(.noSharedProfile) }
    let number = UInt16(truncatingIfNeeded: profile.pointee.id)
    // Twice key and salt: 16 + 14 bytes with AES-CM, 16 + 12 and 32 + 12 with GCM.
    let byteCount = number == 1 ? 60 : number == 7 ? 56 : 88
    let label = "EXTRACTOR-dtls_srtp"
    var exported = [UInt8](repeating: 0, count: byteCount)
    guard SSL_export_keying_material(ssl, &exported, byteCount, label, label.utf8.count, nil, 0, 0) == 1 else {
      return .failed(.handshake(DTLSContext.lastError()))
    }
    isConnected = true
    // 33 of its 73 kB; a repeated flight of the peer, or an alert, makes it take new ones.
    SSL_free_buffers(ssl)
    return .connected(ExportedKeys(profile: number, bytes: exported))
  }

  /// Reads what comes after the handshake: repeated flights, which OpenSSL answers, and alerts. Data is thrown away.
  private mutating func read() -> Progress {
    withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 1) { discarded in
      while true {
        let result = SSL_read(ssl, discarded.baseAddress, Int32(discarded.count))
        if result > 0 { continue }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .waiting
        case SSL_ERROR_ZERO_RETURN: return .closed
        default:
          // Any stranger on the path can cause this with one datagram. What ends a connected session is close_notify
          // or ICE's consent.
          ERR_clear_error()
          return .waiting
        }
      }
    }
  }
}
