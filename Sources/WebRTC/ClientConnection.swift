import ICE
import SRTP
import Wire

/// Our own client's end of a connection to a relay: it checks and nominates, and speaks SRTP through libsrtp2, so that
/// everything the relay encrypts is read by an independent implementation.
public struct ClientConnection: ~Copyable {
  /// What a datagram from the relay held.
  public enum Arrival: Equatable, Sendable {
    /// A packet, decrypted.
    case rtp([UInt8])
    /// A compound packet, decrypted.
    case rtcp([UInt8])
    /// For the handshake.
    case dtls([UInt8])
    /// STUN, taken in.
    case check
    case dropped(DropReason)
  }

  private var ice: ICEClient
  private var sessions: Sessions?

  private struct Sessions: ~Copyable {
    var inbound: LibSRTPSession
    var outbound: LibSRTPSession
  }

  /// - Parameters:
  ///   - candidates: the relay's, from its answer.
  ///   - seed: random.
  public init(
    local: ICECredentials, remote: ICECredentials, candidates: [Endpoint], seed: UInt64, now: MonotonicTime
  ) {
    ice = ICEClient(local: local, remote: remote, candidates: candidates, seed: seed, now: now)
    sessions = nil
  }

  /// Begins to check anew (ICE restart, RFC 8445 section 9); keys, and with them SRTP's indices, stay.
  public mutating func restart(
    local: ICECredentials, remote: ICECredentials, candidates: [Endpoint], seed: UInt64, now: MonotonicTime
  ) {
    ice = ICEClient(local: local, remote: remote, candidates: candidates, seed: seed, now: now)
  }

  public var state: ICEClient.State { ice.state }

  /// The nominated candidate: where DTLS and media go.
  public var remote: Endpoint? {
    if case .connected(let endpoint) = ice.state { endpoint } else { nil }
  }

  public var isKeyed: Bool { sessions != nil }

  public var nextTimeout: MonotonicTime { ice.nextTimeout }

  /// The checks that are due.
  public mutating func handleTimeout(_ now: MonotonicTime) -> [ICEClient.Transmit] {
    ice.handleTimeout(now)
  }

  /// Takes the keys of the handshake, in which we were the client.
  public mutating func install(_ keys: SRTPKeyingMaterial) throws(LibSRTPSession.Failure) {
    sessions = Sessions(
      inbound: try LibSRTPSession(keys.server, .inbound), outbound: try LibSRTPSession(keys.client, .outbound))
  }

  public mutating func receive(_ datagram: [UInt8], from remote: Endpoint, now: MonotonicTime) -> Arrival {
    switch DatagramKind(datagram.span.bytes) {
    case .stun:
      let bytes = datagram.span.bytes
      guard let message = STUNMessage(bytes) else { return .dropped(.stunMalformed) }
      ice.receive(message, in: bytes, from: remote, now: now)
      return .check
    case .dtls:
      return .dtls(datagram)
    case .rtp:
      guard isKeyed else { return .dropped(.srtpNoKeys) }
      do {
        return .rtp(try sessions?.inbound.unprotect(datagram) ?? [])
      } catch {
        return .dropped(error == .replay || error == .tooOld ? .srtpReplay : .srtpAuthentication)
      }
    case .rtcp:
      guard isKeyed else { return .dropped(.srtpNoKeys) }
      do {
        return .rtcp(try sessions?.inbound.unprotectRTCP(datagram) ?? [])
      } catch {
        return .dropped(error == .replay || error == .tooOld ? .srtcpReplay : .srtcpAuthentication)
      }
    case nil:
      return .dropped(.unknownProtocol)
    }
  }

  /// The SRTP packet to send; empty before the keys are installed.
  public mutating func protect(_ packet: [UInt8]) throws(LibSRTPSession.Failure) -> [UInt8] {
    try sessions?.outbound.protect(packet) ?? []
  }

  /// The SRTCP packet to send; empty before the keys are installed.
  public mutating func protectRTCP(_ packet: [UInt8]) throws(LibSRTPSession.Failure) -> [UInt8] {
    try sessions?.outbound.protectRTCP(packet) ?? []
  }
}
