import Testing
import Wire

@testable import Relay

@Suite struct RoomDirectoryTests {
  private final class Draw {
    private var next: UInt32 = 0
    func callAsFunction() -> UInt32 {
      next += 1
      return next
    }
  }

  private let draw = Draw()

  private func admit(
    _ directory: inout RoomDirectory, room: String, kind: ParticipantKind = .meeting,
    from address: IPAddress = .loopbackV4
  ) throws(RelayError) -> RoomDirectory.Place {
    try directory.admit(
      room: room, from: address,
      as: { number in
        Member(
          number: number, resource: "r\(number)", name: "n\(number)", kind: kind, clientAddress: address,
          etag: "\"e\"", clientFragment: "frag", firstSection: ("audio", "0"))
      }, draw: { draw() })
  }

  private func directory(workers: Int = 2, _ change: (inout RelayBounds) -> Void = { _ in }) -> RoomDirectory {
    var bounds = RelayBounds()
    change(&bounds)
    return RoomDirectory(workers: workers, epoch: 7, bounds: bounds)
  }

  private func listen(
    _ directory: inout RoomDirectory, _ place: RoomDirectory.Place, room: String, after last: EventID? = nil
  ) throws -> AsyncStream<RoomEvent> {
    try directory.listen(room: room, resource: "r\(place.participant)", after: last, ended: { _ in })
  }

  /// What a stream that has ended held.
  private func contents(_ stream: AsyncStream<RoomEvent>) async -> [RoomEvent.Content] {
    var contents: [RoomEvent.Content] = []
    for await event in stream { contents.append(event.content) }
    return contents
  }

  @Test("Rooms go to the Worker with the fewest participants, and stay there")
  func placement() throws {
    var directory = directory()
    #expect(try admit(&directory, room: "a").worker == 0)
    #expect(try admit(&directory, room: "a").worker == 0)
    #expect(try admit(&directory, room: "b").worker == 1)
    #expect(try admit(&directory, room: "c").worker == 1)
    #expect(try admit(&directory, room: "a").worker == 0)
    #expect(try admit(&directory, room: "d").worker == 1)
  }

  @Test("A room, a Worker and the relay take no more than their bounds, and take again when somebody goes")
  func admission() throws {
    var directory = directory(workers: 1) {
      $0.rooms = 2
      $0.participantsPerRoom = 2
      $0.participantsPerWorker = 3
    }
    let first = try admit(&directory, room: "a")
    _ = try admit(&directory, room: "a")
    #expect(throws: RelayError.roomFull(limit: 2)) { try admit(&directory, room: "a") }
    _ = try admit(&directory, room: "b")
    #expect(throws: RelayError.tooManyRooms(limit: 2)) { try admit(&directory, room: "c") }
    #expect(throws: RelayError.busy) { try admit(&directory, room: "b") }
    directory.remove(first.participant, .left)
    _ = try admit(&directory, room: "a")
  }

  @Test("One address has so many places for who has joined and not connected; IPv6 counts by /64")
  func pendingJoins() throws {
    var directory = directory(workers: 1) { $0.pendingJoinsPerAddress = 2 }
    let office = IPAddress(high: 0x2001_0db8_0000_0007, low: 1)
    let first = try admit(&directory, room: "a", from: office)
    _ = try admit(&directory, room: "b", from: IPAddress(high: office.high, low: 2))
    #expect(throws: RelayError.tooManyPendingJoins(limit: 2)) {
      try admit(&directory, room: "c", from: IPAddress(high: office.high, low: 3))
    }
    #expect(directory.roomCount == 2)
    _ = try admit(&directory, room: "c", from: IPAddress(high: office.high + 1, low: 1))
    // Who connects no longer counts, and goes without counting twice.
    directory.connect(first.participant)
    directory.connect(first.participant)
    let third = try admit(&directory, room: "c", from: office)
    directory.remove(first.participant, .left)
    #expect(throws: RelayError.tooManyPendingJoins(limit: 2)) { try admit(&directory, room: "c", from: office) }
    // Nor does who goes without ever having connected.
    directory.remove(third.participant, .failed)
    _ = try admit(&directory, room: "c", from: office)
  }

  @Test("An empty room is gone, and with it its number")
  func emptyRoom() throws {
    var directory = directory()
    let place = try admit(&directory, room: "a")
    directory.remove(place.participant, .left)
    #expect(directory.roomCount == 0)
    #expect(directory.participantCount == 0)
    #expect(try admit(&directory, room: "a").room != place.room)
    directory.remove(place.participant, .left)
    #expect(directory.participantCount == 1)
  }

  @Test("A listener hears of everybody from when their media flows until they leave")
  func events() async throws {
    var directory = directory()
    let one = try admit(&directory, room: "a")
    let stream = try listen(&directory, one, room: "a")
    let two = try admit(&directory, room: "a")
    directory.present(two.participant, MediaState(microphone: true))
    directory.present(two.participant, MediaState(microphone: true))
    directory.present(two.participant, MediaState(microphone: true, camera: true))
    directory.speaking([two.participant], in: one.room)
    directory.speaking([two.participant], in: one.room)
    directory.remove(two.participant, .left)
    directory.remove(one.participant, .vanished)

    var entry = RosterEntry(
      participant: "00000002", name: "n00000002", kind: .meeting, microphone: true, camera: false, screen: false,
      csrcs: [2])
    var expected: [RoomEvent.Content] = [.roster([]), .speaking([]), .slots([]), .joined(entry)]
    entry.camera = true
    expected += [.changed(entry), .speaking(["00000002"]), .left(participant: "00000002", .left), .ended(.vanished)]
    #expect(await contents(stream) == expected)
  }

  @Test("A stream resumes after the event it last had")
  func resume() async throws {
    var directory = directory()
    let one = try admit(&directory, room: "a")
    let two = try admit(&directory, room: "a")
    directory.present(one.participant, MediaState())
    directory.present(two.participant, MediaState())
    let stream = try listen(&directory, one, room: "a", after: EventID(epoch: 7, sequence: 1))
    directory.remove(one.participant, .left)
    let contents = await contents(stream)
    guard case .joined(let entry) = try #require(contents.first) else {
      Issue.record("expected the missed event, not \(contents)")
      return
    }
    #expect(entry.participant == two.participant.description)
  }

  @Test("A stream of another epoch, of the future or of too long ago begins with the roster")
  func snapshot() async throws {
    for last in [EventID(epoch: 6, sequence: 1), EventID(epoch: 7, sequence: 9_999), EventID(epoch: 7, sequence: 1)] {
      var directory = directory()
      let one = try admit(&directory, room: "a")
      for index in 0...RoomFeed.depth + 1 {
        directory.present(one.participant, MediaState(camera: index.isMultiple(of: 2)))
      }
      let stream = try listen(&directory, one, room: "a", after: last)
      directory.remove(one.participant, .left)
      guard case .roster(let entries) = await contents(stream).first else {
        Issue.record("expected a roster")
        return
      }
      #expect(entries.map(\.participant) == [one.participant.description])
    }
  }

  @Test("A room that opens again under its old name is not resumed from the former one's events")
  func reopened() async throws {
    var directory = directory()
    let former = try admit(&directory, room: "a")
    directory.present(former.participant, MediaState())
    directory.remove(former.participant, .left)
    _ = try admit(&directory, room: "b")
    let one = try admit(&directory, room: "a")
    directory.present(one.participant, MediaState())
    let stream = try listen(&directory, one, room: "a", after: EventID(epoch: 7, sequence: 0))
    directory.remove(one.participant, .left)
    guard case .roster = await contents(stream).first else {
      Issue.record("expected a roster")
      return
    }
  }

  @Test("A listener that does not read loses the oldest events and is left with a whole roster")
  func slowListener() async throws {
    var directory = directory { $0.eventsPerListener = 4 }
    let one = try admit(&directory, room: "a")
    directory.present(one.participant, MediaState())
    let stream = try listen(&directory, one, room: "a")
    for index in 0..<50 {
      directory.present(one.participant, MediaState(microphone: index.isMultiple(of: 2)))
    }
    directory.remove(one.participant, .left)
    let contents = await contents(stream)
    #expect(contents.count <= 4)
    let rosters = contents.compactMap { content -> [RosterEntry]? in
      if case .roster(let entries) = content { entries } else { nil }
    }
    #expect(rosters.last?.first?.microphone == false)
  }

  @Test("A WHEP viewer is not in the roster")
  func viewer() async throws {
    var directory = directory()
    let viewer = try admit(&directory, room: "a", kind: .whep)
    #expect(!directory.hasPublisher(room: "a"))
    let stream = try listen(&directory, viewer, room: "a")
    directory.present(viewer.participant, MediaState())
    #expect(!directory.hasPublisher(room: "a"))
    directory.remove(viewer.participant, .left)
    #expect(await contents(stream) == [.roster([]), .speaking([]), .slots([]), .ended(.left)])
  }

  @Test("Slots are told to the one they belong to, once for each change")
  func slots() async throws {
    var directory = directory()
    let one = try admit(&directory, room: "a")
    let two = try admit(&directory, room: "a")
    let streams = (try listen(&directory, one, room: "a"), try listen(&directory, two, room: "a"))
    let slots = [SlotContent(mid: "3", participant: two.participant.description, source: .camera)]
    directory.slots(slots, of: one.participant)
    directory.slots(slots, of: one.participant)
    directory.remove(one.participant, .left)
    directory.remove(two.participant, .left)
    #expect(await contents(streams.0).filter { $0 == .slots(slots) }.count == 1)
    #expect(await contents(streams.1).filter { $0 == .slots(slots) }.isEmpty)
  }

  @Test("A participant's new stream ends its oldest, so that it takes nobody else's place")
  func ownListeners() async throws {
    var directory = directory { $0.listenersPerParticipant = 2 }
    let place = try admit(&directory, room: "a")
    var streams: [AsyncStream<RoomEvent>] = []
    for _ in 0..<3 { streams.append(try listen(&directory, place, room: "a")) }
    #expect(directory.listenerCount == 2)
    // It ends, which is what is waited for here.
    #expect(await !contents(streams[0]).isEmpty)
  }

  @Test("Listeners of a room are bounded, and a wrong resource hears nothing")
  func listeners() throws {
    var directory = directory { $0.listenersPerRoom = 1 }
    let one = try admit(&directory, room: "a")
    #expect(throws: RelayError.notFound) {
      try directory.listen(room: "a", resource: "guess", after: nil, ended: { _ in })
    }
    _ = try listen(&directory, one, room: "a")
    #expect(throws: RelayError.busy) { _ = try listen(&directory, one, room: "a") }
    directory.stopListening(room: "a", listener: 0)
    _ = try listen(&directory, one, room: "a")
  }
}
