import SDP
import Wire

/// What happens in a room. Numbered from 1 by the room, but for what concerns one receiver alone.
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
    /// Somebody who is shown this sender's source cannot decode it. These codecs, best first, everybody can, and the
    /// sender agreed on; none when there is no such codec, or nobody lacks one any more.
    case codecsWanted(sender: ParticipantHandle, SourceKind, [Codec.Name])
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
  /// `false` when this receiver has no decoder for what the source sends, so that nothing comes.
  public var isDecodable = true
}

extension Room {
  /// Everybody who is here, and the number of the last event this includes.
  public func roster() -> (entries: [RosterEntry], number: UInt64) {
    var entries: [(joined: UInt64, entry: RosterEntry)] = []
    for index in 0..<participants.capacity {
      guard let place = participants.handle(at: index), let entry = rosterEntry(place) else { continue }
      entries.append((participants[place].joined, entry))
    }
    return (entries.sorted { $0.joined < $1.joined }.map(\.entry), eventNumber)
  }

  /// Who is speaking now, loudest first, by participant id.
  public var speaking: [String] { speakers }

  /// What one receiver's slots show now.
  public func slots(of participant: ParticipantHandle) -> [SlotContent] {
    guard participants.contains(participant.place) else { return [] }
    return participants[participant.place].slots.map { slot in
      guard let source = slots[slot].isDecodable ? slots[slot].current : slots[slot].pending,
        sources.contains(source)
      else {
        return SlotContent(mid: slots[slot].mid, participant: nil, source: nil)
      }
      return SlotContent(
        mid: slots[slot].mid, participant: participants[sources[source].owner.place].id, source: sources[source].kind,
        isDecodable: slots[slot].isDecodable)
    }
  }

  /// `nil` for a viewer and for one who is not connected.
  func rosterEntry(_ place: Slab<Participant>.Handle) -> RosterEntry? {
    guard participants[place].isConnected, participants[place].role != .viewer else { return nil }
    var entry = RosterEntry(
      participant: participants[place].id, name: participants[place].name, role: participants[place].role,
      csrc: participants[place].csrc, microphone: false, camera: false, screen: false)
    for source in participants[place].sources {
      switch sources[source].kind {
      // A microphone may be open and silent: what its owner says counts first.
      case .microphone: entry.microphone = sources[source].announced ?? sources[source].isLive
      case .camera: entry.camera = sources[source].isLive
      case .screen: entry.screen = sources[source].isLive
      case .screenSound: break
      }
    }
    return entry
  }

  mutating func tell(_ content: RoomEvent.Content, into output: inout RoomOutput) {
    eventNumber += 1
    output.events.append(RoomEvent(number: eventNumber, content: content))
  }

  /// Tells each receiver whose slots have changed.
  mutating func tellSlots(into output: inout RoomOutput) {
    guard hasChangedSlots else { return }
    hasChangedSlots = false
    for index in 0..<participants.capacity {
      guard let place = participants.handle(at: index), participants[place].hasChangedSlots else { continue }
      participants[place].hasChangedSlots = false
      let receiver = ParticipantHandle(place: place)
      output.events.append(RoomEvent(number: nil, content: .slots(receiver: receiver, slots(of: receiver))))
    }
  }

  /// Tells who is speaking, when that has changed.
  mutating func tellSpeakers(into output: inout RoomOutput) {
    var found: [(id: String, loudness: Int32)] = []
    for index in 0..<sources.capacity {
      guard let source = sources.handle(at: index), sources[source].speech.isSpeaking,
        sources[source].kind == .microphone
      else { continue }
      let id = participants[sources[source].owner.place].id
      // The first keeps its place against one who is not clearly louder.
      let bonus: Int32 = id == speakers.first ? 10 : 0
      found.append((id, sources[source].speech.loudness + bonus))
    }
    let ranked = found.sorted { ($0.loudness, $1.id) > ($1.loudness, $0.id) }.map(\.id)
    guard Set(ranked) != Set(speakers) || ranked.first != speakers.first else { return }
    speakers = ranked
    tell(.speaking(ranked), into: &output)
  }
}
