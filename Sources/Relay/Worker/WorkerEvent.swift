import Wire

/// A fact that a Worker tells the control plane.
enum WorkerEvent: Sendable {
  /// The participant's handshake is done.
  case connected(ParticipantNumber)
  /// The participant's media flows, and these are its switches: the others see it now.
  case presence(ParticipantNumber, MediaState)
  /// Media comes from this address now.
  case address(ParticipantNumber, IPAddress)
  /// Loudest first.
  case speaking(RoomNumber, [ParticipantNumber])
  /// What the participant's receive sections show.
  case slots(ParticipantNumber, [SlotContent])
  /// What everybody who is shown the participant's source could decode, best first; none when nobody lacks a decoder.
  case codecs(ParticipantNumber, SourceKind, [String])
  case ended(ParticipantNumber, EndReason)
  /// What was received and reported in an interval that is over.
  case intervals([CallInterval])

  /// What the event is about: of two with the same subject only the newer one matters.
  enum Subject: Hashable, Sendable {
    case connected(ParticipantNumber)
    case presence(ParticipantNumber)
    case address(ParticipantNumber)
    case speaking(RoomNumber)
    case slots(ParticipantNumber)
    case codecs(ParticipantNumber, SourceKind)
    case ended(ParticipantNumber)
  }

  /// `nil` for events that each count.
  var subject: Subject? {
    switch self {
    case .connected(let participant): .connected(participant)
    case .presence(let participant, _): .presence(participant)
    case .address(let participant, _): .address(participant)
    case .speaking(let room, _): .speaking(room)
    case .slots(let participant, _): .slots(participant)
    case .codecs(let participant, let kind, _): .codecs(participant, kind)
    case .ended(let participant, _): .ended(participant)
    case .intervals: nil
    }
  }
}
