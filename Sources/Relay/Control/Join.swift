import Wire

/// A client's wish to take part in a room.
public struct JoinRequest: Sendable {
  public var room: String
  /// What the others see. WHIP and WHEP clients may leave it empty.
  public var name: String
  public var kind: ParticipantKind
  /// Where the request came from: names the site until media comes, whose address then counts.
  public var clientAddress: IPAddress
  /// SDP.
  public var offer: String

  public init(room: String, name: String, kind: ParticipantKind, clientAddress: IPAddress, offer: String) {
    self.room = room
    self.name = name
    self.kind = kind
    self.clientAddress = clientAddress
    self.offer = offer
  }
}

public enum ParticipantKind: String, Sendable, CaseIterable {
  /// Sends and receives: our page.
  case meeting
  /// Publishes only (RFC 9725).
  case whip
  /// Receives only: the active speaker.
  case whep
}

/// What a client that joined needs to know.
public struct JoinAnswer: Sendable {
  /// The last part of the participant's resource address: 128 random bits, known to this client alone.
  public var resource: String
  /// The id by which everybody knows the participant, in the roster and in records.
  public var participant: String
  /// SDP.
  public var answer: String
  /// Names the ICE session (RFC 9725 section 4.3.1); quoted, as it stands in the header.
  public var etag: String
}

/// What came of a PATCH with an SDP fragment (RFC 8840, RFC 9725 section 4.3).
public enum PatchAnswer: Sendable, Equatable {
  /// Candidates, which an ICE-lite relay does not need (204, without ETag).
  case trickled
  /// ICE was restarted: the relay's fragment and the new ETag (200).
  case restarted(fragment: String, etag: String)
}
