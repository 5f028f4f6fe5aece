import Association
import ICE
import SFU
import Transport
import WebRTC
import Wire

/// What the control plane asks for, and how participants come and go.
extension Worker {
  mutating func carryOut(_ command: WorkerCommand) {
    switch command {
    case .admit(let admission, let reply):
      reply(admit(admission))
    case .restart(let participant, let local, let remoteFragment, let reply):
      reply(restart(participant, local: local, remoteFragment: remoteFragment))
    case .announce(let participant, let kind, let isOn):
      guard let peer = peersByNumber[participant] else { return }
      let room = peers[peer].room
      rooms[room].room.announce(kind, isOn: isOn, by: peers[peer].seat, at: now, into: &output)
      collect(from: room)
    case .leave(let participant):
      if let peer = peersByNumber[participant] { remove(peer, isToldGoodbye: true) }
    case .survey(let reply):
      reply(survey())
    }
  }

  private mutating func admit(_ request: WorkerAdmission) -> RelayError? {
    guard let key = request.credentials.fragmentKey, peersByFragment[key] == nil, !peers.isFull,
      let room = roomsByNumber[request.room] ?? open(request.room)
    else { return .busy }
    let seat: ParticipantHandle
    do {
      seat = try rooms[room].room.admit(request.admission, at: now)
    } catch {
      closeIfEmpty(room)
      return RelayError(error, bounds: configuration.bounds)
    }
    guard
      let association = configuration.associations.open(fingerprints: request.fingerprints, events: inbox.associations)
    else {
      rooms[room].room.remove(seat, at: now, into: &output)
      collect(from: room)
      closeIfEmpty(room)
      return .busy
    }
    let connection = Connection(
      ice: ICELite(local: request.credentials, remoteFragment: request.remoteFragment), now: now)
    let peer = Peer(
      number: request.participant, address: request.address, room: room, seat: seat, connection: connection,
      association: association, fragmentKey: key)
    guard let handle = peers.insert(peer) else { preconditionFailure("there was a place") }
    rooms[room].peers[seat.index] = handle
    peersByNumber[request.participant] = handle
    peersByFragment[key] = handle
    peersByAssociation[association] = handle
    return nil
  }

  private mutating func open(_ number: RoomNumber) -> RoomHandle? {
    guard !rooms.isFull else { return nil }
    var bounds = RoomBounds()
    bounds.participants = configuration.bounds.participantsPerRoom
    let room = Room(bounds: bounds, now: now, wall: SystemClock.wallTime)
    let handle = rooms.insert(MediaRoom(number: number, room: room, seats: bounds.participants))
    roomsByNumber[number] = handle
    if let handle { roomHandles.append(handle) }
    return handle
  }

  private mutating func restart(
    _ participant: ParticipantNumber, local: ICECredentials, remoteFragment: String
  ) -> RelayError? {
    guard let handle = peersByNumber[participant], let key = local.fragmentKey, peersByFragment[key] == nil else {
      return .notFound
    }
    if let former = peers[handle].formerFragmentKey { peersByFragment[former] = nil }
    peers[handle].formerFragmentKey = peers[handle].fragmentKey
    peers[handle].fragmentKey = key
    peersByFragment[key] = handle
    peers[handle].connection.restart(local: local, remoteFragment: remoteFragment)
    return nil
  }

  /// Takes a participant out of everything that knows it.
  ///
  /// - Parameter isToldGoodbye: it is sent close_notify; it has not said so itself.
  mutating func remove(_ handle: Peer.Handle, isToldGoodbye: Bool) {
    guard peers.contains(handle) else { return }
    closeInterval(of: handle, at: SystemClock.reading(), isPartial: true, isFinal: true)
    let room = peers[handle].room
    for pair in peers[handle].connection.acceptedPairs { forget(pair, of: handle) }
    peersByFragment[peers[handle].fragmentKey] = nil
    if let former = peers[handle].formerFragmentKey { peersByFragment[former] = nil }
    peersByNumber[peers[handle].number] = nil
    peersByAssociation[peers[handle].association] = nil
    if isToldGoodbye {
      remember(handle)
      configuration.associations.close(peers[handle].association)
    }
    audio.removeAll(of: Int(handle.index))
    video.removeAll(of: Int(handle.index))
    let seat = peers[handle].seat
    rooms[room].peers[seat.index] = nil
    rooms[room].room.remove(seat, at: now, into: &output)
    _ = peers.remove(handle)
    collect(from: room)
    closeIfEmpty(room)
  }

  private mutating func closeIfEmpty(_ room: RoomHandle) {
    guard rooms[room].room.participantCount == 0 else { return }
    statistics.drops.add(rooms[room].room.drops)
    roomsByNumber[rooms[room].number] = nil
    roomHandles.removeAll { $0 == room }
    _ = rooms.remove(room)
  }

  private func survey() -> WorkerSurvey {
    var survey = WorkerSurvey(statistics: statistics)
    survey.statistics.tables = RelayTables(
      peers: peers.count, rooms: roomHandles.count, pairs: peersByPair.count, fragments: peersByFragment.count,
      farewells: farewells.count)
    for handle in roomHandles {
      survey.statistics.drops.add(rooms[handle].room.drops)
      survey.rates[rooms[handle].number] = rooms[handle].rates
    }
    return survey
  }

  /// Translates what a room says into what the control plane understands.
  mutating func tell(of room: RoomHandle) {
    let number = rooms[room].number
    for event in output.events {
      switch event.content {
      case .joined(let entry), .changed(let entry):
        guard let participant = ParticipantNumber(entry.participant) else { continue }
        events.append(
          .presence(
            participant, MediaState(microphone: entry.microphone, camera: entry.camera, screen: entry.screen)))
      case .left:
        // Whoever removed it has told.
        break
      case .speaking(let participants):
        events.append(.speaking(number, participants.compactMap(ParticipantNumber.init)))
      case .slots(let receiver, let contents):
        guard let peer = rooms[room].peer(at: receiver) else { continue }
        events.append(.slots(peers[peer].number, contents.map(SlotContent.init)))
      case .codecsWanted(let sender, let kind, let codecs):
        guard let peer = rooms[room].peer(at: sender) else { continue }
        events.append(.codecs(peers[peer].number, SourceKind(kind), codecs.map(\.encodingName)))
      }
    }
  }
}

extension RelayError {
  init(_ error: AdmissionError, bounds: RelayBounds) {
    self =
      switch error {
      case .roomFull: .roomFull(limit: bounds.participantsPerRoom)
      case .tooManySections: .offerUnacceptable("it has more media sections than a room takes.")
      case .ambiguousSections:
        .offerUnacceptable("two of its sections cannot be told apart by mid, SSRC or payload type.")
      }
  }
}

extension SlotContent {
  init(_ content: SFU.SlotContent) {
    self.init(
      mid: content.mid, participant: content.participant, source: content.source.map(SourceKind.init),
      isDecodable: content.isDecodable)
  }
}

extension SourceKind {
  init(_ kind: SFU.SourceKind) {
    self =
      switch kind {
      case .microphone: .microphone
      case .camera: .camera
      case .screen: .screen
      case .screenSound: .screenSound
      }
  }
}
