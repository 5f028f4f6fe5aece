/// Names one association to its service, which gives no two the same.
@frozen public struct AssociationID: Hashable, Sendable {
  public let bits: UInt64

  @inlinable public init(bits: UInt64) {
    self.bits = bits
  }
}

/// Who begins a handshake: the side with `a=setup:active` is the client.
public enum AssociationRole: Sendable {
  case client, server
}

/// What comes back from the DTLS threads, through the mailbox given when the association was opened.
public enum AssociationEvent: Sendable {
  /// A datagram to send to the peer.
  case send(AssociationID, [UInt8])
  /// The peer's certificate is the one its signalling named. The keys come before the flight that lets the peer use
  /// them, through the same mailbox.
  case keys(AssociationID, ExportedKeys)
  /// The handshake failed: the association is gone.
  case failed(AssociationID, AssociationFailure)
  /// The peer said close_notify: the association is gone.
  case closed(AssociationID)
}

/// What a handshake exports for SRTP (RFC 5764 section 4.2).
public struct ExportedKeys: Sendable, Equatable {
  /// The registered number of the protection profile: 1, 7 or 8.
  public let profile: UInt16
  /// Client's key, server's key, client's salt, server's salt, without separators.
  public let bytes: [UInt8]
}

/// Keys are never printed.
extension ExportedKeys: CustomStringConvertible {
  public var description: String { "ExportedKeys(profile \(profile))" }
}

/// Why there is no association.
public enum AssociationFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The peer's certificate is none of those its signalling named: somebody stands between, or the offer is stale.
  case wrongFingerprint
  /// The peer and we share no SRTP protection profile.
  case noSharedProfile
  /// The peer did not complete the handshake in time.
  case timedOut
  /// The service holds as many associations as it may.
  case full
  /// What OpenSSL says of a handshake that went wrong.
  case handshake(String)

  public var description: String {
    switch self {
    case .wrongFingerprint: "The peer's certificate is not the one its offer names; join again."
    case .noSharedProfile: "The peer shares no SRTP protection profile with the relay; it needs AES-GCM or AES-CM."
    case .timedOut: "The peer did not complete the DTLS handshake; its path may drop UDP datagrams of 1200 bytes."
    case .full: "The relay is opening as many connections as it may; try again."
    case .handshake(let reason): "The DTLS handshake failed (\(reason)); join again."
    }
  }
}
