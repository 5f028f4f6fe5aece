/// What the relay puts into an answer.
public struct LocalParameters: Sendable {
  /// A slot's outgoing streams.
  public struct Slot: Equatable, Sendable {
    public var ssrc: UInt32
    /// Used only where the section agreed on retransmission.
    public var retransmissionSSRC: UInt32?
    /// Audio slot i and video slot i share a stream, so that browsers keep them in step.
    public var streamID: String
    public var trackID: String

    public init(ssrc: UInt32, retransmissionSSRC: UInt32? = nil, streamID: String, trackID: String) {
      self.ssrc = ssrc
      self.retransmissionSSRC = retransmissionSSRC
      self.streamID = streamID
      self.trackID = trackID
    }
  }

  /// Below 2^63 (RFC 8829 section 5.2.1).
  public var sessionID: UInt64
  public var sessionVersion: UInt64 = 1
  public var usernameFragment: String
  public var password: String
  public var fingerprint: Fingerprint
  /// Best first.
  public var candidates: [Candidate]
  /// One for all slots: the relay's own time line (RFC 7022).
  public var cname: String
  /// By the section's mid.
  public var slots: [String: Slot] = [:]

  public init(
    sessionID: UInt64, usernameFragment: String, password: String, fingerprint: Fingerprint, candidates: [Candidate],
    cname: String
  ) {
    self.sessionID = sessionID
    self.usernameFragment = usernameFragment
    self.password = password
    self.fingerprint = fingerprint
    self.candidates = candidates
    self.cname = cname
  }
}
