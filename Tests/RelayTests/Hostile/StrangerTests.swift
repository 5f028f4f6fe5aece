import ICE
import LoadTest
import Testing
import Wire

@testable import Relay

/// What comes from somebody who has joined no room: counted by its reason, never answered, and felt by nobody.
@Suite(.serialized, .timeLimit(.minutes(3))) struct StrangerTests {
  private static let nobody = ICECredentials(usernameFragment: "nobody00", password: "no-password-of-anybodys")

  /// Why the relay must drop a datagram that nobody sent it in earnest, told from RFC 7983 alone.
  private static func reason(_ datagram: [UInt8]) -> DropReason {
    guard let first = datagram.first else { return .empty }
    guard datagram.count > 1 else { return .unknownProtocol }
    switch first {
    case 0...3: return .stunMalformed
    case 20...63: return .dtlsBeforeCheck
    case 128...191: return .unknownPeer
    default: return .unknownProtocol
    }
  }

  @Test("Noise of every first byte and length is counted by kind, and not one byte is answered", arguments: [1, 2])
  func noise(seed: UInt64) async throws {
    let running = try RunningRelay()
    var random = SplitMix64(seed: seed)
    var datagrams: [[UInt8]] = [[]]
    for first in UInt8.min ... .max {
      for length in [1, 2, 19, Int.random(in: 3...100, using: &random), Int.random(in: 100...1_472, using: &random)] {
        datagrams.append([first] + (1..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) })
      }
    }
    let expected = datagrams.reduce(into: [:]) { $0[Self.reason($1), default: 0] += 1 }
    let stranger = try Stranger()
    let target = Endpoint(address: .loopbackV4, port: try #require(running.service.ports.first))
    await DropCount(service: running.service).expect(expected) { stranger.send(datagrams, to: target) }
    #expect(stranger.answers() == [])
    let statistics = await running.service.statistics()
    #expect(statistics.receivedDatagrams == UInt64(datagrams.count))
    #expect(statistics.sentDatagrams == 0 && statistics.sentBytes == 0)
    #expect(statistics.tables == RelayTables())
    await running.service.shutdown()
  }

  @Test("STUN that is cut short, overlong, forged or for nobody, and media before a check, pass a meeting by")
  func aroundMeeting() async throws {
    let running = try RunningRelay()
    let (one, two) = try await running.meeting()
    let drops = DropCount(service: running.service)
    let stranger = try Stranger()
    let (target, names) = (one.target, one.description.credentials)

    let genuine = Stranger.check(one.client.credentials, names)
    await drops.expect([.stunMalformed: genuine.count - 2], "cut short") {
      stranger.send((2..<genuine.count).map { Array(genuine.prefix($0)) }, to: target)
    }
    await drops.expect([.stunMalformed: 3], "longer than it says, a wrong fingerprint, a huge one") {
      var spoiled = genuine
      spoiled[spoiled.count - 1] ^= 1
      stranger.send([genuine + [0, 0, 0, 0], spoiled, [0, 1] + [UInt8](repeating: 0, count: 65_000)], to: target)
    }
    // A message of 60,020 bytes that is well formed, of one attribute that need not be understood.
    var huge: [UInt8] = [0, 1, 0xea, 0x60, 0x21, 0x12, 0xa4, 0x42]
    huge += genuine[8..<20]
    huge += [0x80, 0x22, 0xea, 0x5c] + [UInt8](repeating: 0, count: 59_996)
    await drops.expect([.stunUnknownUsername: 3], "well formed, for nobody") {
      let colon = ICECredentials(usernameFragment: String(names.usernameFragment.dropLast()), password: names.password)
      stranger.send(
        [
          huge, Stranger.check(one.client.credentials, Self.nobody), Stranger.check(one.client.credentials, colon),
        ], to: target)
    }
    await drops.expect([.stunUnknownUsername: 1], "the relay's name with another client's") {
      stranger.send([Stranger.check(Self.nobody, names)], to: target)
    }
    await drops.expect([.stunWrongIntegrity: 50], "a guessed password") {
      let guess = ICECredentials(usernameFragment: names.usernameFragment, password: Self.nobody.password)
      stranger.send((0..<50).map { Stranger.check(one.client.credentials, guess, seed: $0) }, to: target)
    }
    await drops.expect([.stunUnsupported: 2], "an indication, and another method") {
      var (indication, method) = (genuine, genuine)
      indication[1] = 0x11
      method[1] = 0x03
      stranger.send([indication, method], to: target)
    }
    await drops.expect([.dtlsBeforeCheck: 20], "handshakes before a check") {
      stranger.send((0..<20).map { [22, 254, 253] + [UInt8](repeating: $0, count: 200) }, to: target)
    }
    await drops.expect([.unknownPeer: 40], "media and reports of nobody") {
      stranger.send((0..<20).map { [0x80, 111] + [UInt8](repeating: $0, count: 100) }, to: target)
      stranger.send((0..<20).map { [0x80, 201] + [UInt8](repeating: $0, count: 100) }, to: target)
    }
    #expect(stranger.answers() == [])
    try await expectUndisturbed(one, two, in: running)
    await running.service.shutdown()
  }

  @Test("Bursts from hundreds of ports are counted one by one and fill no table")
  func manyPorts() async throws {
    let running = try RunningRelay()
    let (one, two) = try await running.meeting()
    let guess = ICECredentials(
      usernameFragment: one.description.credentials.usernameFragment, password: Self.nobody.password)
    let forged = Stranger.check(one.client.credentials, guess)
    let strangers = try (0..<200).map { _ in try Stranger() }
    await DropCount(service: running.service).expect(
      [.stunWrongIntegrity: 200, .stunUnknownUsername: 200, .dtlsBeforeCheck: 200, .unknownPeer: 200]
    ) {
      for stranger in strangers {
        stranger.send(
          [
            forged, Stranger.check(one.client.credentials, Self.nobody), [22, 254, 253, 0],
            [0x80, 111] + [UInt8](repeating: 0, count: 60),
          ], to: one.target)
      }
    }
    #expect(strangers.allSatisfy { $0.answers().isEmpty })
    try await expectUndisturbed(one, two, in: running)
    await running.service.shutdown()
  }

  @Test("A flood of forged checks is cut off before anything is computed, and starves no other address's checks")
  func flood() async throws {
    // No more than 100 at once from one address, and 50 a second.
    let running = try RunningRelay { $0.bounds.checksPerSecond = 50 }
    let (one, two) = try await running.meeting()
    let guess = ICECredentials(
      usernameFragment: one.description.credentials.usernameFragment, password: Self.nobody.password)
    let forged = Stranger.check(one.client.credentials, guess)
    let stranger = try Stranger()
    let before = await running.service.statistics()
    for _ in 0..<20 {
      stranger.send(Array(repeating: forged, count: 200), to: one.target)
      // Between the bursts somebody honest comes and connects, from another address.
      if await running.service.statistics().tables.peers == 2 {
        let third = try await running.join("three", shape: ClientShape.silent)
        try await wait("who comes during the flood connects", on: one) { third.seen.state == .connected }
        third.client.leave()
      }
    }
    func counted() async -> (wrong: Int, limited: Int) {
      let drops = await running.service.statistics().drops
      return (
        Int(drops[.stunWrongIntegrity] - before.drops[.stunWrongIntegrity]),
        Int(drops[.rateLimited] - before.drops[.rateLimited])
      )
    }
    try await wait("all are counted", on: one) {
      let now = await counted()
      return now.wrong + now.limited == 4_000
    }
    let now = await counted()
    #expect(now.wrong >= 100)
    #expect(now.limited >= 1_000)
    #expect(stranger.answers() == [])
    try await expectUndisturbed(one, two, in: running)
    await running.service.shutdown()
  }
}

/// The meeting of these two goes on: both have lost nothing, received nothing wrong and go on receiving; and the relay
/// holds nothing but them.
func expectUndisturbed(
  _ one: RunningRelay.Guest, _ two: RunningRelay.Guest, in running: RunningRelay, others: Int = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let (first, second) = (one.seen.packets(from: two.seen.pictureOrigin), two.seen.packets(from: one.seen.pictureOrigin))
  try await wait("the meeting goes on", on: one, sourceLocation: sourceLocation) {
    one.receives(two, atLeast: first + 50) && two.receives(one, atLeast: second + 50)
  }
  for guest in [one, two] {
    #expect(guest.seen.state == .connected, sourceLocation: sourceLocation)
    #expect(guest.seen.lostCount == 0, sourceLocation: sourceLocation)
    #expect(guest.seen.corruptCount == 0, sourceLocation: sourceLocation)
  }
  try await wait("the tables hold two peers and the others", on: one, sourceLocation: sourceLocation) {
    let tables = await running.service.statistics().tables
    return tables.peers == 2 + others && tables.rooms == 1 && tables.pairs == 2 + others
      && tables.fragments == 2 + others && tables.associations == 2 + others && tables.farewells == 0
  }
}
