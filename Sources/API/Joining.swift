/// Body of `POST /v1/rooms/{room}/participants` as JSON. (An `application/sdp` body is the offer alone.)
public struct JoinBody: Codable, Sendable, Equatable {
  /// What the participant is called: see `DisplayName`.
  public var name: String
  /// The client's offer, SDP. Its first sending audio section is the microphone, its first sending video section the
  /// camera, the second ones are the screen's sound and the screen; receiving sections are slots.
  public var offer: String
  /// The switches as they stand at the start; on when absent.
  public var microphone: Bool?
  public var camera: Bool?

  public init(name: String, offer: String, microphone: Bool? = nil, camera: Bool? = nil) {
    self.name = name
    self.offer = offer
    self.microphone = microphone
    self.camera = camera
  }
}

/// Answer to a join, status 201; `Location` repeats `resource`.
public struct JoinedBody: Codable, Sendable, Equatable {
  public var participant: String
  /// Path of the participant: `PATCH`, `DELETE`; `resource + "/events"` is its event stream.
  public var resource: String
  /// Secret of this participant, sent as `Authorization: Bearer …` with every further request; never in an address.
  public var token: String
  /// The relay's answer, SDP.
  public var answer: String
  /// Names the ICE session, as in RFC 9725; the `ETag` header repeats it.
  public var etag: String
  /// Where a token was asked for: what to join with again after a reload or a lost connection, under the same name.
  public var pass: String?

  public init(
    participant: String, resource: String, token: String, answer: String, etag: String, pass: String? = nil
  ) {
    self.participant = participant
    self.resource = resource
    self.token = token
    self.answer = answer
    self.etag = etag
    self.pass = pass
  }
}

/// Answer of `GET /v1/rooms/{room}`: the caller may join. It says nothing of who is inside.
public struct EntranceBody: Codable, Sendable, Equatable {
  /// Everybody who reaches the server may join; no token is asked for.
  public var isOpen: Bool
  /// What the caller's token calls them, if it does; no other name counts.
  public var name: String?

  public init(isOpen: Bool, name: String?) {
    self.isOpen = isOpen
    self.name = name
  }
}

/// Body of `PATCH` on a participant as JSON: how its switches stand now; what is absent stays as it is. Answered by
/// 204. (A body of type `application/trickle-ice-sdpfrag` trickles candidates or restarts ICE, as in RFC 9725.)
public struct SwitchesBody: Codable, Sendable, Equatable {
  public var microphone: Bool?
  public var camera: Bool?
  public var screen: Bool?

  public init(microphone: Bool? = nil, camera: Bool? = nil, screen: Bool? = nil) {
    self.microphone = microphone
    self.camera = camera
    self.screen = screen
  }
}
