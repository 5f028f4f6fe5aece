import API
import Relay

/// A room's event as its listener reads it.
enum RoomEventText {
  @Sendable static func wireForm(_ event: RoomEvent) throws -> String {
    let (name, data) = try nameAndData(event.content)
    return ServerSentEvent(id: event.id?.description, name: name.rawValue, data: data).wireForm
  }

  private static func nameAndData(_ content: RoomEvent.Content) throws -> (RoomEventName, String) {
    switch content {
    case .roster(let entries):
      (.roster, try JSONAnswer.text(Roster(participants: entries.map(API.RosterEntry.init))))
    case .joined(let entry):
      (.joined, try JSONAnswer.text(API.RosterEntry(entry)))
    case .changed(let entry):
      (.changed, try JSONAnswer.text(API.RosterEntry(entry)))
    case .left(let participant, let reason):
      (.left, try JSONAnswer.text(LeftParticipant(participant: participant, reason: reason.rawValue)))
    case .speaking(let participants):
      (.speaking, try JSONAnswer.text(Speaking(participants: participants)))
    case .slots(let slots):
      (
        .slots,
        try JSONAnswer.text(
          Slots(
            slots: slots.map {
              SlotStatus(
                mid: $0.mid, participant: $0.participant, source: $0.source?.rawValue, decodable: $0.isDecodable)
            }))
      )
    case .codecs(let source, let codecs):
      (.codecs, try JSONAnswer.text(WantedCodecs(source: source.rawValue, codecs: codecs)))
    case .ended(let reason):
      (.ended, try JSONAnswer.text(Ended(reason: reason.rawValue)))
    }
  }
}

extension API.RosterEntry {
  init(_ entry: Relay.RosterEntry) {
    self.init(
      participant: entry.participant, name: entry.name, kind: entry.kind.rawValue, microphone: entry.microphone,
      camera: entry.camera, screen: entry.screen, csrcs: entry.csrcs)
  }
}
