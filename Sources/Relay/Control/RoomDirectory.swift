import Wire

/// Who is in which room, on which Worker: all that the control plane knows. A value, kept behind one lock.
///
/// Admission reserves a place before anything else is done, so that two who come at once cannot both take the last.
struct RoomDirectory: Sendable {
  /// What `admit` reserved.
  struct Place: Sendable {
    var participant: ParticipantNumber
    var room: RoomNumber
    var worker: Int
  }

  private struct Room: Sendable {
    var number: RoomNumber
    var worker: Int
    var members: [Member] = []
    var speaking: [ParticipantNumber] = []
    var feed: RoomFeed

    var roster: [RosterEntry] { members.filter { $0.isPresent && $0.kind != .whep }.map(\.rosterEntry) }
  }

  let bounds: RelayBounds
  let epoch: UInt64
  private var rooms: [String: Room] = [:]
  private var names: [RoomNumber: String] = [:]
  private var roomOf: [ParticipantNumber: String] = [:]
  /// Members that are not connected, by where their signalling came from.
  private var pending: [IPAddress: Int] = [:]
  /// Participants on each Worker.
  private var load: [Int]
  private var nextRoom: UInt32 = 1
  private var sequence: UInt64 = 0
  private var nextListener: UInt64 = 0

  init(workers: Int, epoch: UInt64, bounds: RelayBounds) {
    self.bounds = bounds
    self.epoch = epoch
    load = Array(repeating: 0, count: workers)
  }

  // MARK: Coming and going

  /// Reserves a place for a participant that nobody sees yet; `remove` gives it back.
  ///
  /// - Parameters:
  ///   - address: where its signalling comes from.
  ///   - draw: gives random numbers, from which the participant's is taken.
  mutating func admit(
    room name: String, from address: IPAddress, as member: (ParticipantNumber) -> Member, draw: () -> UInt32
  ) throws(RelayError) -> Place {
    guard pending[address.sourceNetwork, default: 0] < bounds.pendingJoinsPerAddress else {
      throw .tooManyPendingJoins(limit: bounds.pendingJoinsPerAddress)
    }
    if let room = rooms[name] {
      guard room.members.count < bounds.participantsPerRoom else {
        throw .roomFull(limit: bounds.participantsPerRoom)
      }
    } else {
      guard rooms.count < bounds.rooms else { throw .tooManyRooms(limit: bounds.rooms) }
    }
    let worker = rooms[name]?.worker ?? load.indices.min { load[$0] < load[$1] } ?? 0
    guard load[worker] < bounds.participantsPerWorker else { throw .busy }

    var participant = ParticipantNumber(value: draw())
    while participant.value == 0 || roomOf[participant] != nil {
      participant = ParticipantNumber(value: draw())
    }
    var room = rooms[name] ?? open(name, worker: worker)
    room.members.append(member(participant))
    rooms[name] = room
    roomOf[participant] = name
    load[worker] += 1
    pending[address.sourceNetwork, default: 0] += 1
    return Place(participant: participant, room: room.number, worker: worker)
  }

  private mutating func open(_ name: String, worker: Int) -> Room {
    let number = RoomNumber(value: nextRoom)
    nextRoom &+= 1
    names[number] = name
    return Room(number: number, worker: worker, feed: RoomFeed(epoch: epoch, sequence: sequence))
  }

  /// The participant's handshake is done.
  mutating func connect(_ participant: ParticipantNumber) {
    guard let member = member(participant), !member.isConnected else { return }
    settle(member.clientAddress)
    change(participant) { $0.isConnected = true }
  }

  private mutating func settle(_ address: IPAddress) {
    guard let count = pending[address.sourceNetwork] else { return }
    pending[address.sourceNetwork] = count > 1 ? count - 1 : nil
  }

  /// The participant's media flows: the others are told that it joined, or what has changed.
  mutating func present(_ participant: ParticipantNumber, _ media: MediaState) {
    update(participant) { room, index in
      let before = room.members[index].media
      guard before != media else { return nil }
      room.members[index].media = media
      let entry = room.members[index].rosterEntry
      guard entry.kind != .whep else { return nil }
      return before == nil ? .joined(entry) : .changed(entry)
    }
  }

  /// Frees the place, ends the participant's streams and tells the others. Harmless when it is gone already.
  mutating func remove(_ participant: ParticipantNumber, _ reason: EndReason) {
    guard let name = roomOf.removeValue(forKey: participant), var room = rooms.removeValue(forKey: name),
      let index = room.members.firstIndex(where: { $0.number == participant })
    else { return }
    load[room.worker] -= 1
    let member = room.members.remove(at: index)
    if !member.isConnected { settle(member.clientAddress) }
    room.speaking.removeAll { $0 == participant }
    room.feed.end(participant, reason)
    if room.members.isEmpty {
      names[room.number] = nil
      return
    }
    if member.isPresent, member.kind != .whep {
      publish(.left(participant: participant.description, reason), in: &room)
    }
    rooms[name] = room
  }

  /// Everybody, for a shutdown.
  var participants: [ParticipantNumber] { Array(roomOf.keys) }

  // MARK: What members and Workers say

  /// Finds a participation by its unguessable resource.
  func member(room name: String, resource: String) throws(RelayError) -> (member: Member, worker: Int) {
    guard let room = rooms[name], let member = room.members.first(where: { $0.isEntitled(by: resource) }) else {
      throw .notFound
    }
    return (member, room.worker)
  }

  func room(of participant: ParticipantNumber) -> String? { roomOf[participant] }

  func member(_ participant: ParticipantNumber) -> Member? {
    roomOf[participant].flatMap { rooms[$0]?.members.first { $0.number == participant } }
  }

  /// Whether somebody in the room can be watched.
  func hasPublisher(room name: String) -> Bool {
    rooms[name]?.members.contains { $0.kind != .whep && $0.isPresent } ?? false
  }

  /// Changes what the others do not see.
  mutating func change(_ participant: ParticipantNumber, _ change: (inout Member) -> Void) {
    update(participant) { room, index in
      change(&room.members[index])
      return nil
    }
  }

  mutating func speaking(_ participants: [ParticipantNumber], in number: RoomNumber) {
    guard let name = names[number], var room = rooms[name], room.speaking != participants else { return }
    room.speaking = participants
    publish(.speaking(participants.map(\.description)), in: &room)
    rooms[name] = room
  }

  mutating func slots(_ slots: [SlotContent], of participant: ParticipantNumber) {
    update(participant) { room, index in
      guard room.members[index].slots != slots else { return nil }
      room.members[index].slots = slots
      let roster = room.roster
      room.feed.tell(participant, .slots(slots)) { roster }
      return nil
    }
  }

  mutating func codecs(_ codecs: [String], of kind: SourceKind, by participant: ParticipantNumber) {
    update(participant) { room, index in
      room.members[index].wantedCodecs[kind] = codecs.isEmpty ? nil : codecs
      let roster = room.roster
      room.feed.tell(participant, .codecs(kind, codecs)) { roster }
      return nil
    }
  }

  // MARK: Listeners

  /// Opens a stream of the room's events for one of its members; `ended` is called when its reader goes away.
  mutating func listen(
    room name: String, resource: String, after last: EventID?, ended: @escaping @Sendable (UInt64) -> Void
  ) throws(RelayError) -> AsyncStream<RoomEvent> {
    guard var room = rooms[name], let member = room.members.first(where: { $0.isEntitled(by: resource) }) else {
      throw .notFound
    }
    room.feed.endOldest(of: member.number, keeping: bounds.listenersPerParticipant - 1)
    guard room.feed.listenerCount < bounds.listenersPerRoom else { throw .busy }
    let id = nextListener
    nextListener += 1
    let (stream, continuation) = AsyncStream.makeStream(
      of: RoomEvent.self, bufferingPolicy: .bufferingNewest(bounds.eventsPerListener))
    continuation.onTermination = { _ in ended(id) }
    let roster = room.roster
    room.feed.subscribe(id, participant: member.number, after: last, continuation: continuation) { roster }
    room.feed.tell(member.number, .speaking(room.speaking.map(\.description))) { roster }
    room.feed.tell(member.number, .slots(member.slots)) { roster }
    for (kind, codecs) in member.wantedCodecs { room.feed.tell(member.number, .codecs(kind, codecs)) { roster } }
    rooms[name] = room
    return stream
  }

  mutating func stopListening(room name: String, listener: UInt64) {
    rooms[name]?.feed.unsubscribe(listener)
  }

  var listenerCount: Int { rooms.values.reduce(0) { $0 + $1.feed.listenerCount } }
  var roomCount: Int { rooms.count }
  var participantCount: Int { roomOf.count }

  /// Rooms by name, each with its members in the order in which they came.
  var meetings: [(room: String, number: RoomNumber, members: [Member])] {
    rooms.map { ($0.key, $0.value.number, $0.value.members.filter(\.isPresent)) }
      .filter { !$0.2.isEmpty }.sorted { $0.0 < $1.0 }
  }

  // MARK: Publishing

  /// Runs `body` on the participant's room and place in it, and publishes the event it returns.
  private mutating func update(
    _ participant: ParticipantNumber, _ body: (inout Room, Int) -> RoomEvent.Content?
  ) {
    // Taken out for the while, so that the dictionary does not copy it.
    guard let name = roomOf[participant], var room = rooms.removeValue(forKey: name) else { return }
    if let index = room.members.firstIndex(where: { $0.number == participant }), let content = body(&room, index) {
      publish(content, in: &room)
    }
    rooms[name] = room
  }

  private mutating func publish(_ content: RoomEvent.Content, in room: inout Room) {
    sequence += 1
    let roster = room.roster
    room.feed.publish(content, sequence: sequence) { roster }
  }
}
