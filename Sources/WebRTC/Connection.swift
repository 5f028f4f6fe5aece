import ICE
import SRTP
import Wire

/// One peer as the relay sees it: answers its connectivity checks, says which pairs may carry DTLS, and turns SRTP into
/// RTP and back once the handshake's keys are installed.
///
/// DTLS itself happens elsewhere; whoever owns this value hands those datagrams over and installs the keys.
public struct Connection: ~Copyable {
  /// A peer from which nothing authenticated has come for so long is gone.
  public static let lifetime = Duration.seconds(15)
  /// A peer that has no keys after so long is given up, whatever checks it sends.
  public static let handshakeLimit = Duration.seconds(30)

  private var ice: ICELite
  private var receiver: SRTPReceiver?
  private var sender: SRTPSender?
  private var lastAuthenticated: MonotonicTime
  private let start: MonotonicTime

  public init(ice: ICELite, now: MonotonicTime) {
    self.ice = ice
    receiver = nil
    sender = nil
    lastAuthenticated = now
    start = now
  }

  /// Whether nothing authenticated (a check, SRTP or SRTCP) has come for `lifetime`, or no keys within `handshakeLimit`.
  public func isExpired(_ now: MonotonicTime) -> Bool {
    now >= lastAuthenticated + Self.lifetime || !isKeyed && now >= start + Self.handshakeLimit
  }

  // MARK: ICE

  /// Where everything for this peer goes; `nil` before its first check.
  public var sendingPair: CandidatePair? { ice.sendingPair }

  /// The pairs whose datagrams belong to this connection.
  public var acceptedPairs: [CandidatePair] { ice.acceptedPairs }

  /// Takes a STUN message that names this connection; the answer is in `response`, which holds at least
  /// `ICELite.responseCapacity` bytes.
  @_lifetime(response: copy response)
  public mutating func receiveCheck(
    _ message: STUNMessage, in datagram: RawSpan, on pair: CandidatePair, now: MonotonicTime,
    response: inout MutableRawSpan
  ) -> ICELite.Outcome {
    let outcome = ice.receive(message, in: datagram, on: pair, now: now, response: &response)
    if case .answered = outcome { lastAuthenticated = now }
    return outcome
  }

  /// Begins an ICE restart. Keys, and with them SRTP's indices, stay as they are.
  public mutating func restart(local: ICECredentials, remoteFragment: String) {
    ice.restart(local: local, remoteFragment: remoteFragment)
  }

  // MARK: DTLS

  /// A handshake may only begin where a check with integrity has passed, so that nobody can have the relay compute or
  /// send for a forged address.
  public func acceptsDTLS(on pair: CandidatePair) -> Bool {
    ice.accepts(pair)
  }

  public var isKeyed: Bool { sender != nil }

  /// Takes the keys of the handshake, in which the relay was the server. They are taken once: a second time would
  /// begin the indices, and so the nonces, anew.
  public mutating func install(_ keys: SRTPKeyingMaterial) {
    guard !isKeyed else { return }
    receiver = SRTPReceiver(keys.client)
    sender = SRTPSender(keys.server)
  }

  // MARK: SRTP

  /// Writes the clear RTP packet to the beginning of `output`.
  @_lifetime(output: copy output)
  public mutating func unprotect(
    _ datagram: RawSpan, into output: inout MutableRawSpan, now: MonotonicTime
  ) -> SRTPOutcome {
    let outcome = receiver?.unprotect(datagram, into: &output) ?? .dropped(.srtpNoKeys)
    if case .done = outcome { lastAuthenticated = now }
    return outcome
  }

  /// Writes the clear compound RTCP packet to the beginning of `output`.
  @_lifetime(output: copy output)
  public mutating func unprotectRTCP(
    _ datagram: RawSpan, into output: inout MutableRawSpan, now: MonotonicTime
  ) -> SRTPOutcome {
    let outcome = receiver?.unprotectRTCP(datagram, into: &output) ?? .dropped(.srtpNoKeys)
    if case .done = outcome { lastAuthenticated = now }
    return outcome
  }

  /// Writes the protected packet to the beginning of `output`: `head` is the RTP header and what of the payload was
  /// rewritten, `payload` the rest.
  @_lifetime(output: copy output)
  public mutating func protect(_ head: RawSpan, payload: RawSpan, into output: inout MutableRawSpan) -> SRTPOutcome {
    sender?.protect(head, payload: payload, into: &output) ?? .dropped(.srtpNoKeys)
  }

  /// Writes the protected compound RTCP packet to the beginning of `output`.
  @_lifetime(output: copy output)
  public mutating func protectRTCP(_ packet: RawSpan, into output: inout MutableRawSpan) -> SRTPOutcome {
    sender?.protectRTCP(packet, into: &output) ?? .dropped(.srtpNoKeys)
  }
}
