import Wire

/// One room's events and those who listen to them: numbers, keeps the newest, resumes, and never waits for a listener.
struct RoomFeed: Sendable {
  typealias Continuation = AsyncStream<RoomEvent>.Continuation

  /// Events kept for those who come back.
  static let depth = 256

  private struct Listener: Sendable {
    var id: UInt64
    var participant: ParticipantNumber
    var continuation: Continuation
  }

  let epoch: UInt64
  /// The newest event that is no longer kept, or what the count stood at when the room opened.
  private var floor: UInt64
  private var kept: [RoomEvent] = []
  private var newest: UInt64
  private var listeners: [Listener] = []

  /// - Parameter sequence: the relay's count of events, which all rooms share: a room that opens again under its
  ///   old name cannot be taken for the former one.
  init(epoch: UInt64, sequence: UInt64) {
    self.epoch = epoch
    floor = sequence
    newest = sequence
  }

  var listenerCount: Int { listeners.count }

  /// Tells everybody, as event number `sequence`. `roster` is asked for only when a listener has fallen behind.
  mutating func publish(_ content: RoomEvent.Content, sequence: UInt64, roster: () -> [RosterEntry]) {
    let event = RoomEvent(id: EventID(epoch: epoch, sequence: sequence), content: content)
    newest = sequence
    kept.append(event)
    if kept.count > Self.depth {
      floor = kept.removeFirst().id?.sequence ?? floor
    }
    for listener in listeners {
      send(event, to: listener, roster: roster)
    }
  }

  /// Tells one participant what concerns nobody else.
  func tell(_ participant: ParticipantNumber, _ content: RoomEvent.Content, roster: () -> [RosterEntry]) {
    for listener in listeners where listener.participant == participant {
      send(RoomEvent(id: nil, content: content), to: listener, roster: roster)
    }
  }

  /// Adds a listener and gives it the events after `last`, or the roster where those are not known to be complete.
  mutating func subscribe(
    _ id: UInt64, participant: ParticipantNumber, after last: EventID?, continuation: Continuation,
    roster: () -> [RosterEntry]
  ) {
    let listener = Listener(id: id, participant: participant, continuation: continuation)
    if let last, last.epoch == epoch, (floor...newest).contains(last.sequence) {
      for event in kept where (event.id?.sequence ?? 0) > last.sequence {
        send(event, to: listener, roster: roster)
      }
    } else {
      continuation.yield(snapshot(roster()))
    }
    listeners.append(listener)
  }

  mutating func unsubscribe(_ id: UInt64) {
    listeners.removeAll { $0.id == id }
  }

  /// Ends a participant's oldest streams but for so many.
  mutating func endOldest(of participant: ParticipantNumber, keeping count: Int) {
    let own = listeners.filter { $0.participant == participant }
    for listener in own.dropLast(count) {
      listener.continuation.finish()
      unsubscribe(listener.id)
    }
  }

  /// Ends the streams of one participant.
  mutating func end(_ participant: ParticipantNumber, _ reason: EndReason) {
    for listener in listeners where listener.participant == participant {
      listener.continuation.yield(RoomEvent(id: nil, content: .ended(reason)))
      listener.continuation.finish()
    }
    listeners.removeAll { $0.participant == participant }
  }

  private func send(_ event: RoomEvent, to listener: Listener, roster: () -> [RosterEntry]) {
    // A full buffer has just lost its oldest event: what the listener reads last must be whole again.
    if case .dropped = listener.continuation.yield(event) {
      listener.continuation.yield(snapshot(roster()))
    }
  }

  private func snapshot(_ roster: [RosterEntry]) -> RoomEvent {
    RoomEvent(id: EventID(epoch: epoch, sequence: newest), content: .roster(roster))
  }
}
