import ICE
import LoadTest
import Measurement
import SDP
import SRTP
import Testing
import Wire

@testable import Relay

/// The whole relay over loopback sockets: real threads, real DTLS, clients on libsrtp2 that check every bit.
@Suite(.serialized, .timeLimit(.minutes(3))) struct RelayServiceTests {
  private let running: RunningRelay
  private var relay: RelayService { running.service }

  init() throws {
    running = try RunningRelay { $0.workers = 2 }
  }

  /// Everything came as it was sent and nothing is missing; before the client had read the last flight of the handshake
  /// it could not read what the relay sent.
  private func expectExact(_ guests: [RunningRelay.Guest], sourceLocation: SourceLocation = #_sourceLocation) {
    for guest in guests {
      let seen = guest.seen
      #expect(seen.state == .connected, sourceLocation: sourceLocation)
      #expect(seen.corruptCount == 0, sourceLocation: sourceLocation)
      #expect(seen.lostCount == 0, sourceLocation: sourceLocation)
      #expect(seen.drops.nonZero.allSatisfy { $0.reason == .srtpNoKeys }, sourceLocation: sourceLocation)
    }
  }

  @Test(
    "Three participants receive the others' voices and pictures bit-exact; one leaves, comes again, and is heard again")
  func meeting() async throws {
    let one = try await running.join("one")
    let two = try await running.join("two")
    let three = try await running.join("three")
    let pairs = [(one, two), (one, three), (two, one), (two, three), (three, one), (three, two)]
    try await wait("everybody receives everybody", on: one) { pairs.allSatisfy { $0.receives($1) } }
    expectExact([one, two, three])
    let meeting = try #require(await relay.meetings().first)
    #expect(meeting.participants.map(\.name).sorted() == ["one", "three", "two"])
    #expect(meeting.participants.allSatisfy { $0.site == "tsu" })
    // What Workers tell of comes after the packets it is about.
    try await wait("everybody's microphone and camera are on", on: one) {
      await relay.meetings().first?.participants.allSatisfy { $0.microphone && $0.camera } == true
    }

    // Three leaves: the others are told, and its packets go nowhere.
    let departure = try running.nextDeparture(seenBy: one)
    try await relay.leave(room: "room", resource: three.answer.resource)
    #expect(await departure.value == .left)
    #expect(throws: RelayError.notFound) { _ = try relay.etag(room: "room", resource: three.answer.resource) }
    try await wait("the relay's goodbye", on: one) { three.seen.state == .closed }
    let before = one.seen.packets(from: three.seen.voiceOrigin)
    let again = try await running.join("three")
    try await wait("it is heard again", on: one) {
      one.receives(again) && two.receives(again) && again.receives(one)
    }
    expectExact([one, two, again])
    #expect(one.seen.packets(from: three.seen.voiceOrigin) == before)
    await relay.shutdown()
  }

  @Test("Two rooms live on two Workers and hear nothing of each other")
  func rooms() async throws {
    let one = try await running.join("one", room: "a")
    let two = try await running.join("two", room: "a")
    let other = try await running.join("other", room: "b")
    #expect(one.target == two.target)
    #expect(one.target != other.target)
    try await wait("they receive each other", on: one) {
      one.receives(two) && two.receives(one) && other.seen.state == .connected
    }
    #expect(other.seen.slots.allSatisfy { $0.packetCount == 0 })
    await relay.shutdown()
  }

  @Test("Each protection profile alone carries voice and picture both ways", arguments: SRTPProfile.allCases)
  func profiles(profile: SRTPProfile) async throws {
    let one = try await running.join("one", profile: profile)
    let two = try await running.join("two", profile: profile)
    try await wait("the two receive each other", on: one) {
      one.receives(two, atLeast: 100) && two.receives(one, atLeast: 100)
    }
    expectExact([one, two])
    #expect(one.seen.profile == profile && two.seen.profile == profile)
    let drops = await relay.statistics().drops
    #expect(drops[.srtpAuthentication] == 0 && drops[.srtpReplay] == 0 && drops[.srtpIndexUsed] == 0)
    await relay.shutdown()
  }

  @Test("Interop 10: media goes on through an ICE restart without mids, and the new path is used once it is nominated")
  func restart() async throws {
    // Another section that fits the camera's packets, which do not name theirs any more.
    var shape = ClientShape()
    shape.hasScreen = true
    let one = try await running.join("one", shape: shape)
    let two = try await running.join("two")
    try await wait("the relay has reported, and the two receive each other", on: one) {
      !one.seen.isSendingMids && one.receives(two) && two.receives(one)
    }
    let answer = one.answer
    let local = ICECredentials(usernameFragment: "newfragment", password: "a-password-that-is-long-enough")
    let fragment = "a=ice-ufrag:\(local.usernameFragment)\r\na=ice-pwd:\(local.password)\r\n"

    await #expect(throws: RelayError.preconditionRequired) {
      try await relay.patch(room: "room", resource: answer.resource, fragment: fragment, ifMatch: nil)
    }
    await #expect(throws: RelayError.preconditionFailed(current: answer.etag)) {
      try await relay.patch(room: "room", resource: answer.resource, fragment: fragment, ifMatch: "\"other\"")
    }
    let trickled = try await relay.patch(
      room: "room", resource: answer.resource,
      fragment:
        "a=ice-ufrag:\(one.client.credentials.usernameFragment)\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n",
      ifMatch: answer.etag)
    #expect(trickled == .trickled)

    let patched = try await relay.patch(room: "room", resource: answer.resource, fragment: fragment, ifMatch: "*")
    guard case .restarted(let text, let etag) = patched else {
      Issue.record("expected a restart")
      return
    }
    #expect(etag != answer.etag)
    #expect(try relay.etag(room: "room", resource: answer.resource) == etag)
    let renewed = try SessionFragment(parsing: text)
    #expect(renewed.candidates.count == 1)

    // From another port, as when a laptop changes its network: keys and streams go on, and whose they are is still known.
    let pairs = await relay.statistics().tables.pairs
    one.client.restart(
      local: local,
      remote: ICECredentials(
        usernameFragment: try #require(renewed.usernameFragment), password: try #require(renewed.password)))
    try await wait("the new path is checked", on: two) { await relay.statistics().tables.pairs > pairs }
    let before = (one: one.seen, two: two.seen)
    try await wait("both directions go on", on: two) {
      [one.seen.voiceOrigin, one.seen.pictureOrigin].allSatisfy {
        two.seen.packets(from: $0) > before.two.packets(from: $0) + 20
      } && one.seen.packets(from: two.seen.voiceOrigin) > before.one.packets(from: two.seen.voiceOrigin) + 20
    }
    #expect(one.seen.corruptCount + two.seen.corruptCount == 0)
    await relay.shutdown()
  }

  @Test("Who leaves has its records made: what the relay received, by the site of its address")
  func callRecords() async throws {
    let (one, two) = try await running.meeting()
    try await wait("enough is sent", on: one) {
      one.receives(two, atLeast: 60) && two.receives(one, atLeast: 60)
    }
    try await relay.leave(room: "room", resource: one.answer.resource)
    // An interval may end meanwhile and bring records of everybody: ours is known by its label, and comes last.
    func isOfOne(_ record: PathRecord) -> Bool {
      record.origin == .call(.uplink) && record.loss.sent > 0 && record.path.label == one.answer.participant
    }
    try await wait("the records", on: two) { running.records.all.contains(where: isOfOne) }
    let own = running.records.all.filter(isOfOne)
    let uplink = try #require(own.last)
    #expect(uplink.path.site == "tsu")
    #expect(uplink.path.target == "hq")
    #expect(uplink.path.route == .relay)
    #expect(uplink.condition == .measured)
    #expect(uplink.loss.lost == 0)
    // The last may be of an interval that had just begun.
    #expect(own.contains { $0.delayVariation.count > 0 })
    #expect(uplink.degradations.contains(.partial))
    #expect(uplink.length == .seconds(15))
    #expect(uplink.id.intervalStart.floored(to: .seconds(15)) == uplink.id.intervalStart)
    await relay.shutdown()
  }

  @Test("What cannot be taken is refused in a sentence")
  func refusals() async throws {
    func join(_ offer: String, room: String = "room", name: String = "n", kind: ParticipantKind = .meeting) async throws
    {
      _ = try await relay.join(
        JoinRequest(room: room, name: name, kind: kind, clientAddress: .loopbackV4, offer: offer))
    }
    await #expect(throws: RelayError.nameMissing) { try await join("", room: "") }
    await #expect(throws: RelayError.nameTooLong(limit: 64)) {
      try await join("", name: String(repeating: "x", count: 65))
    }
    await #expect(throws: RelayError.offerTooLarge(limit: 128 * 1_024)) {
      try await join(String(repeating: "x", count: 128 * 1_024 + 1))
    }
    await #expect { try await join("hello") } throws: { error in
      if case .offerMalformed = error as? RelayError { true } else { false }
    }
    let offer = OfferTests.text([("audio", "recvonly"), ("video", "recvonly")])
    await #expect(throws: RelayError.nothingPublished) { try await join(offer, kind: .whep) }
    #expect(await relay.statistics().rooms == 0)
    await relay.shutdown()
    await #expect(throws: RelayError.shuttingDown) { try await join(offer) }
  }

  @Test("A shutdown ends every stream with its reason and tells the clients by close_notify")
  func shutdown() async throws {
    let (one, two) = try await running.meeting()
    let ending = try running.ending(of: one)
    await relay.shutdown()
    #expect(await ending.value == .shuttingDown)
    try await wait("the relay's goodbye", on: one) { one.seen.state == .closed && two.seen.state == .closed }
    await relay.shutdown()
  }

  @Test("Interop 19: a second process is told that the port is in use, and nothing is left half started")
  func portInUse() throws {
    var configuration = RelayConfiguration()
    configuration.listen = [.loopbackV4]
    configuration.basePort = try #require(relay.ports.first)
    configuration.workers = 1
    #expect { try RelayService(configuration: configuration) } throws: { error in
      "\(error)".contains("in use")
    }
  }

  @Test("Every address without one to advertise is refused")
  func nothingToAdvertise() {
    var configuration = RelayConfiguration()
    configuration.listen = [.anyV4]
    configuration.basePort = 0
    #expect { try RelayService(configuration: configuration) } throws: { error in
      "\(error)".contains("advertise")
    }
  }

  @Test("Interop 19: no datagram of a meeting is longer than 1,232 bytes")
  func datagramLengths() async throws {
    let (one, two) = try await running.meeting()
    for guest in [one, two] { #expect((1_100...1_232).contains(guest.seen.longestDatagramBytes)) }
    await relay.shutdown()
  }
}
