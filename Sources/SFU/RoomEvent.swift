import Wire

/// What happens in a room. Numbered from 1 by the room; `.slots` and `.codecNeeded` concern one receiver alone.
public struct RoomEvent: Sendable, Equatable {
  /// `nil` for what concerns one receiver alone.
  public var number: UInt64?
  public var content: Content

  public enum Content: Sendable, Equatable {
    case joined(RosterEntry)
    /// The entry with the same participant id has changed.
    case changed(RosterEntry)
    case left(participant: String)
    /// Who is speaking now, loudest first, by participant id.
    case speaking([String])
    /// What this receiver's slots show now; all of them.
    case slots(receiver: ParticipantHandle, [SlotContent])
  }
}

/// One participant as the others see them.
public struct RosterEntry: Sendable, Equatable {
  public var participant: String
  public var name: String
  public var role: ParticipantRole
  public var csrc: UInt32
  public var microphone: Bool
  public var camera: Bool
  public var screen: Bool
}

/// What one receive section shows.
public struct SlotContent: Sendable, Equatable {
  public var mid: String
  /// Whose source it is; `nil` when vacant.
  public var participant: String?
  public var source: SourceKind?
}
