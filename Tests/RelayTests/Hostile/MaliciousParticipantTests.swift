import Association
import ICE
import LoadTest
import Testing
import Transport
import Wire

@testable import Relay

extension ClientShape {
  /// Sends nothing and shows one of each.
  static var silent: ClientShape {
    var shape = ClientShape()
    shape.hasMicrophone = false
    shape.hasCamera = false
    shape.audioSlots = 1
    shape.videoSlots = 1
    return shape
  }

  /// A microphone, which its test switches off, and nothing shown.
  static var microphone: ClientShape {
    var shape = ClientShape.silent
    shape.hasMicrophone = true
    return shape
  }
}

/// What a participant can do that joined in earnest, holds keys, and means ill to a meeting of two.
@Suite(.serialized, .timeLimit(.minutes(3))) struct MaliciousParticipantTests {
  private static let opus: UInt8 = 111
  /// What an Opus encoder sends of silence: audible to nobody, and no content of `LoadTest`'s.
  private static let silence: [UInt8] = [0xf8, 0xff, 0xfe]

  private let running: RunningRelay
  private let one: RunningRelay.Guest
  private let two: RunningRelay.Guest
  private let mallory: RunningRelay.Guest
  private var drops: DropCount { DropCount(service: running.service) }

  init() async throws {
    running = try RunningRelay()
    (one, two) = try await running.meeting()
    let joined = try await running.join("mallory", shape: .microphone)
    try await wait("mallory is in", on: one) { joined.seen.state == .connected && joined.seen.sentPackets > 5 }
    joined.client.send(voice: false, picture: false)
    mallory = joined
  }

  /// An RTP packet with a header of 12 bytes and whatever follows.
  private static func rtp(
    _ number: UInt16 = 1, type: UInt8 = opus, ssrc: UInt32, first: UInt8 = 0x80, _ rest: [UInt8] = silence
  ) -> [UInt8] {
    var bytes: [UInt8] = [first, type, UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
    bytes.append(u32: UInt32(number) * 960)
    bytes.append(u32: ssrc)
    return bytes + rest
  }

  private func say(_ packets: [[UInt8]], _ wrapping: MeetingClient.Wrapping, times: Int = 1) {
    for packet in packets { #expect(mallory.client.say(packet, wrapping, times: times)) }
  }

  @Test("Wrong keys, replays, lying lengths and sources nobody declared are each counted as what they are")
  func media() async throws {
    let noise = [UInt8](repeating: 0x5a, count: 80)
    await drops.expect([.srtpAuthentication: 10], "a wrong key") {
      say((1...10).map { Self.rtp($0, ssrc: 7, noise) }, .none)
    }
    await drops.expect([.srtpReplay: 9], "the same packet ten times") {
      say([Self.rtp(1, ssrc: 7)], .rtp, times: 10)
    }
    await drops.expect([.rtpUndeclaredSource: 5], "a payload type of no section, and no mid") {
      say((1...5).map { Self.rtp($0, type: 77, ssrc: 8) }, .rtp)
    }
    await drops.expect([.rtpUnknownPayloadType: 1], "a payload type that is not the source's") {
      say([Self.rtp(2, type: 77, ssrc: 7)], .rtp)
    }
    await drops.expect([.rtpMalformed: 4], "contributing sources and extensions that are not there") {
      say(
        [
          Self.rtp(3, ssrc: 7, first: 0x8f, noise.dropLast(30)), Self.rtp(3, ssrc: 7, first: 0x90, []),
          Self.rtp(3, ssrc: 7, first: 0x90, [0xbe, 0xde, 0xff, 0xff] + noise),
          Self.rtp(3, ssrc: 7, first: 0x9f, [UInt8](repeating: 0, count: 60)),
        ], .none)
    }
    await drops.expect([.rtpMalformed: 3], "padding of nothing, of more than there is, and without a packet") {
      say(
        [
          Self.rtp(4, ssrc: 7, first: 0xa0, [1, 2, 0]), Self.rtp(5, ssrc: 7, first: 0xa0, [1, 2, 4]),
          Self.rtp(6, ssrc: 7, first: 0xa0, []),
        ], .rtp)
    }
    await drops.expect([.srtpMalformed: 2], "no room for a tag") {
      say([Self.rtp(7, ssrc: 7, []), Self.rtp(7, ssrc: 7, [1, 2, 3])], .none)
    }
    await drops.expect([.tooLarge: 1], "longer than any frame") {
      say([Self.rtp(7, ssrc: 7, [UInt8](repeating: 1, count: 3_000))], .none)
    }
    try await expectUndisturbed(one, two, in: running, others: 1)
    #expect(mallory.seen.state == .connected)
    await running.service.shutdown()
  }

  @Test("Reports under a wrong key, replayed, cut short, and authentic ones that lie are counted as what they are")
  func reports() async throws {
    let report: [UInt8] = [0x80, 201, 0, 1, 0, 0, 0, 9]
    await drops.expect([.srtcpAuthentication: 10], "a wrong key") {
      say((0..<10).map { report + [UInt8](repeating: $0, count: 16) + [0x80, 0, 0, 1] }, .none)
    }
    await drops.expect([.srtcpReplay: 4], "the same report five times") { say([report], .rtcp, times: 5) }
    await drops.expect([.srtcpMalformed: 2], "cut short, and not encrypted") {
      say([report, report + [UInt8](repeating: 0, count: 20)], .none)
    }
    let lies: [[UInt8]] = [
      [0x80, 201, 0, 2, 0, 0, 0, 9], [0x40 | 0x80, 201, 0, 1, 0, 0, 0, 9], [0xa0, 201, 0, 1, 0, 0, 0, 0],
      report + [0x80, 200, 0, 1, 0, 0, 0, 9], report + [0x9f, 201, 0, 1, 0, 0, 0, 9],
      report + [0x9f, 203, 0, 1, 0, 0, 0, 9], report + [0x81, 205, 0, 1, 0, 0, 0, 9],
      report + [0x81, 206, 0, 1, 0, 0, 0, 9], report + [0x84, 206, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0],
      report + [0x80, 200],
    ]
    // The second has version 3, which is no datagram of ours at all.
    await drops.expect([.rtcpMalformed: lies.count - 1, .unknownProtocol: 1], "authentic lies") { say(lies, .rtcp) }
    let ignored: [[UInt8]] = [
      report + [0x9f, 202, 0, 1, 1, 0xff, 1, 2], report + [0x80, 204, 0, 1, 0, 0, 0, 9],
      report + [0x80, 207, 0, 1, 0, 0, 0, 9], report + [0x9f, 205, 0, 2, 0, 0, 0, 9, 0, 0, 0, 1],
    ]
    await drops.expect([.srtcpReplay: 1], "what nobody reads is ignored") {
      say(ignored, .rtcp)
      say([report], .rtcp, times: 2)
    }
    try await expectUndisturbed(one, two, in: running, others: 1)
    await running.service.shutdown()
  }

  @Test("A participant may send as many streams as the table holds, and no more are kept")
  func streams() async throws {
    // Its microphone's stream, by which reports go too, is the first of 64.
    await drops.expect([.srtpStreamLimit: 17]) {
      // Each has a number of its own, so that none is overwritten in the source's ring before it was sent on.
      say((1...80).map { Self.rtp(UInt16($0), ssrc: 1_000 + $0) }, .rtp)
    }
    try await expectUndisturbed(one, two, in: running, others: 1)
    await running.service.shutdown()
  }

  @Test("Authentic checks from a hundred ports take the places of one peer, and its media's path keeps its own")
  func manyPaths() async throws {
    let strangers = try (0..<100).map { _ in try Stranger() }
    let check = Stranger.check(mallory.client.credentials, mallory.description.credentials)
    for stranger in strangers { stranger.send([check], to: mallory.target) }
    try await wait("all are answered", on: one) {
      await running.service.statistics().tables.pairs == 2 + ICELite.pairCapacity
    }
    // Media from a path that was pushed out is from nobody.
    await drops.expect([.unknownPeer: 1]) {
      strangers[0].send([Self.rtp(1, ssrc: 7, [UInt8](repeating: 1, count: 60))], to: mallory.target)
    }
    await drops.expect([.srtpReplay: 1], "its own path is still known") { say([Self.rtp(9, ssrc: 7)], .rtp, times: 2) }
    #expect(await running.service.statistics().tables.peers == 3)
    mallory.client.leave()
    try await expectUndisturbed(one, two, in: running)
    await running.service.shutdown()
  }

  @Test("Half-open handshakes are bounded by who has joined, are refused from there on, and hold up nobody else's")
  func halfOpen() async throws {
    let count = 40
    let running = try RunningRelay {
      $0.bounds.pendingJoinsPerAddress = count
      $0.bounds.handshakeDatagramsPerSecond = 100
    }
    let (one, two) = try await running.meeting()
    let clients = try AssociationService()
    let hellos = Mailbox<AssociationEvent>(capacity: 64, wakeup: try Wakeup())
    _ = clients.open(role: .client, fingerprints: [], events: hellos)
    let loop = try EventLoop()
    try loop.watch(hellos.wakeup.descriptor, token: 0)
    _ = loop.wait(until: .never)
    var events: [AssociationEvent] = []
    hellos.drain(into: &events)
    guard case .send(_, let hello) = events[0] else {
      Issue.record("expected a ClientHello, not \(events)")
      return
    }
    let mine = ICECredentials(usernameFragment: "abcd", password: "abcdefghijklmnopqrstuv")
    let request = JoinRequest(
      room: "room", name: "half", kind: .meeting, clientAddress: IPAddress(v4: 0x7f00_0042),
      offer: OfferTests.text([("audio", "recvonly")]))
    var attackers: [(answer: JoinAnswer, stranger: Stranger)] = []
    for _ in 0..<count {
      let answer = try await running.service.join(request)
      let stranger = try Stranger()
      let description = try RelayAnswer(parsing: answer.answer)
      stranger.send([Stranger.check(mine, description.credentials), hello], to: one.target)
      attackers.append((answer, stranger))
    }
    try await wait("all handshakes stand half open", on: one) {
      await running.service.statistics().tables.handshakes == count
    }
    await #expect(throws: RelayError.tooManyPendingJoins(limit: count)) { _ = try await running.service.join(request) }
    // Noise in a handshake's name is limited by its address, and honest handshakes go through meanwhile.
    let noise = Array(repeating: [22, 254, 253] + [UInt8](repeating: 0, count: 60), count: 100)
    for (_, stranger) in attackers { stranger.send(noise, to: one.target) }
    let third = try await running.join("three", shape: .silent)
    try await wait("an honest handshake", on: one) { third.seen.state == .connected }
    #expect(await running.service.statistics().drops[.rateLimited] >= 1_000)
    #expect(await running.service.statistics().tables.peers == 3 + count)
    for (answer, _) in attackers { try await running.service.leave(room: "room", resource: answer.resource) }
    try await expectUndisturbed(one, two, in: running, others: 1)
    #expect(await running.service.statistics().tables.handshakes == 0)
    await running.service.shutdown()
  }
}
