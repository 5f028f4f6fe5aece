/// Names of the events in a participant's stream, and what each one's data is.
public enum RoomEventName: String, Sendable, CaseIterable {
  /// `Roster`: everybody who is here. First in a stream and after a gap; replaces what the listener knew.
  case roster
  /// `RosterEntry` of someone new.
  case joined
  /// `RosterEntry` that replaces the one with the same id.
  case changed
  /// `LeftParticipant`.
  case left
  /// `Speaking`.
  case speaking
  /// `Slots`: what all of the listener's own receive sections show now.
  case slots
  /// `WantedCodecs`: what the listener's own source should be sent in instead.
  case codecs
  /// `Ended`: the listener's own participation is over, and the stream with it.
  case ended
}

/// One participant as the others see it.
public struct RosterEntry: Codable, Sendable, Equatable {
  /// Opaque.
  public var participant: String
  public var name: String
  /// `meeting`, `whip` or `whep`.
  public var kind: String
  public var microphone: Bool
  public var camera: Bool
  public var screen: Bool
  /// Contributing-source numbers in the participant's packets: by these a tile knows whose picture it shows.
  public var csrcs: [UInt32]

  public init(
    participant: String, name: String, kind: String, microphone: Bool, camera: Bool, screen: Bool, csrcs: [UInt32]
  ) {
    self.participant = participant
    self.name = name
    self.kind = kind
    self.microphone = microphone
    self.camera = camera
    self.screen = screen
    self.csrcs = csrcs
  }
}

public struct Roster: Codable, Sendable, Equatable {
  public var participants: [RosterEntry]

  public init(participants: [RosterEntry]) {
    self.participants = participants
  }
}

public struct LeftParticipant: Codable, Sendable, Equatable {
  public var participant: String
  /// As in `Ended`: whether it left or its network went away.
  public var reason: String

  public init(participant: String, reason: String) {
    self.participant = participant
    self.reason = reason
  }
}

/// Who is heard now, loudest first, by participant id.
public struct Speaking: Codable, Sendable, Equatable {
  public var participants: [String]

  public init(participants: [String]) {
    self.participants = participants
  }
}

public struct Slots: Codable, Sendable, Equatable {
  public var slots: [SlotStatus]

  public init(slots: [SlotStatus]) {
    self.slots = slots
  }
}

/// What one receive section shows; vacant when `participant` is absent.
public struct SlotStatus: Codable, Sendable, Equatable {
  /// The section's mid in the listener's own offer.
  public var mid: String
  public var participant: String?
  /// `microphone`, `camera`, `screen` or `screenSound`.
  public var source: String?
  /// `false` when this client has no decoder for what the source sends: nothing comes, and the tile should say why.
  public var decodable: Bool

  public init(mid: String, participant: String?, source: String?, decodable: Bool) {
    self.mid = mid
    self.participant = participant
    self.source = source
    self.decodable = decodable
  }
}

/// Somebody who is shown the listener's own source cannot decode it.
public struct WantedCodecs: Codable, Sendable, Equatable {
  /// `microphone`, `camera`, `screen` or `screenSound`.
  public var source: String
  /// What everybody can decode and was agreed on, best first, by the names `a=rtpmap` has ("VP8", "H264"). Empty when there
  /// is no such codec, or nobody lacks one any more: then the source may go on as it is.
  public var codecs: [String]

  public init(source: String, codecs: [String]) {
    self.source = source
    self.codecs = codecs
  }
}

public struct Ended: Codable, Sendable, Equatable {
  /// `left`, `vanished`, `failed` or `shuttingDown`; after all but the first the page joins again by itself.
  public var reason: String

  public init(reason: String) {
    self.reason = reason
  }
}
