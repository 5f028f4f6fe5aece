import Association
import ICE
import Measurement
import SDP
import Synchronization
import Testing
import Transport
import Wire

@testable import Relay

/// The whole relay over loopback sockets: real threads, real DTLS, clients on libsrtp2.
@Suite(.serialized, .timeLimit(.minutes(3))) struct RelayServiceTests {
  private final class Records: Sendable {
    private let taken = Mutex<[PathRecord]>([])
    func take(_ records: [PathRecord]) { taken.withLock { $0 += records } }
    var all: [PathRecord] { taken.withLock { $0 } }
  }

  private let associations: AssociationService
  private let relay: RelayService
  private let records = Records()

  init() throws {
    associations = try AssociationService()
    let records = records
    var configuration = RelayConfiguration(siteOf: { $0 == .loopbackV4 ? "tsu" : nil }, records: { records.take($0) })
    configuration.listen = [.loopbackV4]
    configuration.basePort = 0
    configuration.workers = 2
    configuration.agent = "test"
    configuration.site = "hq"
    relay = try RelayService(configuration: configuration)
  }

  private func client(_ name: String, seed: UInt64, room: String = "room") async throws -> LoopbackClient {
    let client = try LoopbackClient(name, seed: seed, associations: associations)
    try await client.join(relay, room: room)
    return client
  }

  /// Whether `listener` has received so many of `speaker`'s packets in the slots of either kind.
  private func hears(_ listener: LoopbackClient, _ speaker: LoopbackClient, atLeast count: Int = 20) -> Bool {
    listener.client.payloads(in: MeetingClient.audioSlots, from: speaker.number).count >= count
      && listener.client.payloads(in: MeetingClient.videoSlots, from: speaker.number).count >= count
  }

  private func expectExact(_ listener: LoopbackClient, _ speaker: LoopbackClient) {
    let heard = listener.client.payloads(in: MeetingClient.audioSlots, from: speaker.number)
    let seen = listener.client.payloads(in: MeetingClient.videoSlots, from: speaker.number)
    #expect(speaker.sentAudio.containsRun(heard, slack: 100))
    #expect(speaker.sentVideo.containsRun(seen, slack: 300))
  }

  @Test(
    "Three participants receive the others' voices and pictures bit-exact; one leaves, comes again, and is heard again")
  func meeting() async throws {
    let one = try await client("one", seed: 1)
    let two = try await client("two", seed: 2)
    let three = try await client("three", seed: 3)
    let all = [one, two, three]
    try await poll(all) {
      all.allSatisfy { listener in all.allSatisfy { $0 === listener || hears(listener, $0) } }
    }
    for listener in all {
      for speaker in all where speaker !== listener { expectExact(listener, speaker) }
      // What the relay sent before the client had read the last flight; nothing else.
      #expect(listener.drops.allSatisfy { $0 == .srtpNoKeys })
      #expect(listener.failure == nil)
    }
    let meeting = try #require(await relay.meetings().first)
    #expect(meeting.participants.map(\.name).sorted() == ["one", "three", "two"])
    #expect(meeting.participants.allSatisfy { $0.site == "tsu" && $0.microphone && $0.camera })

    // Three leaves: the others are told, and its packets go nowhere.
    let resource = try #require(one.answer?.resource)
    let events = try relay.events(room: "room", resource: resource, after: nil)
    let left = Task { () -> Bool in
      for await event in events {
        if case .left = event.content { return true }
      }
      return false
    }
    let departed = three.number
    try await relay.leave(room: "room", resource: try #require(three.answer?.resource))
    #expect(await left.value)
    #expect(throws: RelayError.notFound) { _ = try relay.etag(room: "room", resource: three.answer?.resource ?? "") }
    try await poll([one, two, three]) { three.isClosedByRelay }
    one.client.forgetReceived()
    let again = try await client("three", seed: 4)
    try await poll([one, two, again]) { hears(one, again) && hears(again, one) && hears(again, two) }
    expectExact(one, again)
    let stale = one.client.payloads(in: MeetingClient.audioSlots, from: departed)
    #expect(stale.isEmpty)
    await relay.shutdown()
  }

  @Test("Two rooms live on two Workers and hear nothing of each other")
  func rooms() async throws {
    let one = try await client("one", seed: 1, room: "a")
    let two = try await client("two", seed: 2, room: "a")
    let other = try await client("other", seed: 3, room: "b")
    #expect(one.relayCandidates == two.relayCandidates)
    #expect(one.relayCandidates != other.relayCandidates)
    try await poll([one, two, other]) { hears(one, two) && hears(two, one) && other.isKeyed }
    #expect(other.received.isEmpty)
    await relay.shutdown()
  }

  @Test("Media goes on through an ICE restart, and the new path is used once it is nominated")
  func restart() async throws {
    let one = try await client("one", seed: 1)
    let two = try await client("two", seed: 2)
    try await poll([one, two]) { hears(one, two) && hears(two, one) }
    let answer = try #require(one.answer)
    let fragment = "a=ice-ufrag:newfragment\r\na=ice-pwd:a-password-that-is-long-enough\r\n"

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
    #expect(renewed.usernameFragment != nil && renewed.candidates.count == 1)

    // From another socket, as when a laptop changes its network: keys and streams go on.
    try one.restart(
      local: ICECredentials(usernameFragment: "newfragment", password: "a-password-that-is-long-enough"),
      remote: ICECredentials(
        usernameFragment: renewed.usernameFragment ?? "", password: renewed.password ?? ""))
    one.client.forgetReceived()
    two.client.forgetReceived()
    try await poll([one, two]) { one.client.remote != nil && hears(one, two) && hears(two, one) }
    expectExact(two, one)
    await relay.shutdown()
  }

  @Test("Hostile datagrams are counted by reason and get no answer")
  func hostile() async throws {
    let one = try await client("one", seed: 1)
    let two = try await client("two", seed: 2)
    try await poll([one, two]) { hears(one, two) }
    let stranger = try LoopbackClient("stranger", seed: 9, associations: associations)
    let target = try #require(one.remote)
    let before = await relay.statistics().drops

    func count(_ reason: DropReason, after send: () throws -> Void) async throws {
      let before = await relay.statistics().drops[reason]
      try send()
      try await poll([stranger]) { await relay.statistics().drops[reason] > before }
    }
    // Noise, empty and unknown.
    try await count(.unknownProtocol) { stranger.sendNow([0x70, 1, 2, 3], to: target) }
    try await count(.empty) { stranger.sendNow([], to: target) }
    // STUN that is cut short, and for nobody.
    try await count(.stunMalformed) { stranger.sendNow([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2], to: target) }
    let unknown = check(username: "nobody00:x", password: "no-password-of-anybodys")
    try await count(.stunUnknownUsername) { stranger.sendNow(unknown, to: target) }
    // The right names with the wrong password.
    let fragment = try #require(one.relayFragment)
    let forged = check(
      username: "\(fragment):\(one.client.credentials.usernameFragment)", password: "no-password-of-anybodys")
    try await count(.stunWrongIntegrity) { stranger.sendNow(forged, to: target) }
    // DTLS and SRTP from where no check has passed.
    try await count(.dtlsBeforeCheck) {
      stranger.sendNow([22, 254, 253] + [UInt8](repeating: 0, count: 60), to: target)
    }
    try await count(.unknownPeer) { stranger.sendNow([0x80, 111] + [UInt8](repeating: 0, count: 60), to: target) }
    #expect(stranger.receivedCount == 0)

    // From a participant itself: a packet under the wrong key, the same packet twice, a report under the wrong key.
    var wrong = try one.client.voice()
    wrong[wrong.count - 1] ^= 1
    try await count(.srtpAuthentication) { one.sendNow(wrong, to: target) }
    let twice = try one.client.voice()
    try await count(.srtpReplay) {
      one.sendNow(twice, to: target)
      one.sendNow(twice, to: target)
    }
    var report = try one.client.report() ?? [0]
    report[report.count - 1] ^= 1
    try await count(.srtcpAuthentication) { one.sendNow(report, to: target) }

    // The meeting has not noticed.
    two.client.forgetReceived()
    try await poll([one, two]) { hears(two, one) }
    #expect(await relay.statistics().drops != before)
    await relay.shutdown()
  }

  @Test("A participant that says close_notify has left")
  func closeNotify() async throws {
    let one = try await client("one", seed: 1)
    let two = try await client("two", seed: 2)
    try await poll([one, two]) { hears(one, two) }
    let events = try relay.events(room: "room", resource: try #require(two.answer?.resource), after: nil)
    let ended = Task { () -> EndReason? in
      for await event in events {
        if case .ended(let reason) = event.content { return reason }
      }
      return nil
    }
    two.isSending = false
    two.close()
    try await poll([one, two]) { await relay.meetings().first?.participants.map(\.name) == ["one"] }
    #expect(await ended.value == .left)
    await relay.shutdown()
  }

  @Test("Who leaves has its records made: what the relay received, by the site of its address")
  func callRecords() async throws {
    let one = try await client("one", seed: 1)
    let two = try await client("two", seed: 2)
    try await poll([one, two]) { hears(one, two, atLeast: 60) && hears(two, one, atLeast: 60) }
    try await relay.leave(room: "room", resource: try #require(one.answer?.resource))
    // An interval may end meanwhile and bring records of everybody: ours is known by its label, and comes last.
    func isOfOne(_ record: PathRecord) -> Bool {
      record.origin == .call(.uplink) && record.loss.sent > 0 && record.path.label == one.answer?.participant
    }
    try await poll([two]) { records.all.contains(where: isOfOne) }
    let uplink = try #require(records.all.last(where: isOfOne))
    #expect(uplink.path.site == "tsu")
    #expect(uplink.path.target == "hq")
    #expect(uplink.path.route == .relay)
    #expect(uplink.condition == .measured)
    #expect(uplink.loss.lost == 0)
    #expect(uplink.delayVariation.count > 0)
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
    let client = MeetingClient(seed: 1)
    let fingerprint = try #require(Fingerprint(hash: .sha256, digest: Array(repeating: 1, count: 32)))
    let offer = client.offer(fingerprint: fingerprint)
    await #expect(throws: RelayError.nothingPublished) { try await join(offer, kind: .whep) }
    #expect(await relay.statistics().rooms == 0)
    await relay.shutdown()
    await #expect(throws: RelayError.shuttingDown) { try await join(offer) }
  }

  @Test("A shutdown ends every stream with its reason and tells the clients by close_notify")
  func shutdown() async throws {
    let one = try await client("one", seed: 1)
    try await poll([one]) { one.isKeyed }
    let events = try relay.events(room: "room", resource: try #require(one.answer?.resource), after: nil)
    await relay.shutdown()
    var last: RoomEvent.Content?
    for await event in events { last = event.content }
    #expect(last == .ended(.shuttingDown))
    try await poll([one]) { one.isClosedByRelay }
    await relay.shutdown()
  }

  @Test("A participant from which nothing authentic comes any more is gone after 15 s")
  func timeout() async throws {
    let one = try await client("one", seed: 1)
    let two = try await client("two", seed: 2)
    try await poll([one, two]) { hears(one, two) }
    let events = try relay.events(room: "room", resource: try #require(two.answer?.resource), after: nil)
    let ended = Task { () -> EndReason? in
      for await event in events {
        if case .ended(let reason) = event.content { return reason }
      }
      return nil
    }
    // Two's machine has lost its network without a word.
    try await poll([one], deadline: .seconds(40)) { await relay.meetings().first?.participants.count == 1 }
    #expect(await ended.value == .timedOut)
    #expect(one.drops.allSatisfy { $0 == .srtpNoKeys })
    await relay.shutdown()
  }

  @Test("A port in use is a sentence, and nothing is left half started")
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

  /// The first connectivity check of a client that believes in these names.
  private func check(username: String, password: String) -> [UInt8] {
    let names = username.split(separator: ":").map(String.init)
    var client = ICEClient(
      local: ICECredentials(usernameFragment: names[1], password: password),
      remote: ICECredentials(usernameFragment: names[0], password: password),
      candidates: [Endpoint(address: .loopbackV4, port: 9)], seed: 5, now: .zero)
    return client.handleTimeout(.zero).first?.bytes ?? []
  }
}
