import Testing
import Transport
import Wire

@testable import Association

@Suite struct AssociationServiceTests {
  /// One side's events, read by whoever waits for them.
  struct Side {
    let service: AssociationService
    let id: AssociationID
    let events: Mailbox<AssociationEvent>

    init(_ service: AssociationService, _ role: AssociationRole, expecting fingerprint: CertificateFingerprint) throws {
      self.service = service
      events = Mailbox(capacity: 64, wakeup: try Wakeup())
      id = try #require(service.open(role: role, fingerprints: [fingerprint], events: events))
    }

    func receive(_ datagram: [UInt8]) { _ = service.receive(datagram.span.bytes, id: id) }
  }

  /// Passes datagrams on until `isDone`; a handshake takes milliseconds, so a minute is for the slowest machine only.
  func relay(
    _ client: Side, _ server: Side, drop: (Int) -> Bool = { _ in false }, until isDone: ([AssociationEvent]) -> Bool
  ) throws -> [AssociationEvent] {
    let loop = try EventLoop()
    try loop.watch(client.events.wakeup.descriptor, token: 0)
    try loop.watch(server.events.wakeup.descriptor, token: 1)
    let deadline = SystemClock.now + .seconds(60)
    var seen: [AssociationEvent] = []
    var events: [AssociationEvent] = []
    var sent = 0
    while !isDone(seen), SystemClock.now < deadline {
      _ = loop.wait(until: deadline)
      for (side, other) in [(client, server), (server, client)] {
        side.events.wakeup.clear()
        side.events.drain(into: &events)
        for event in events {
          seen.append(event)
          if case .send(_, let datagram) = event {
            if !drop(sent) { other.receive(datagram) }
            sent += 1
          }
        }
      }
    }
    return seen
  }

  private func keys(_ events: [AssociationEvent], of side: Side) -> ExportedKeys? {
    for case .keys(side.id, let keys) in events { return keys }
    return nil
  }

  private func hasBothKeys(_ events: [AssociationEvent]) -> Bool {
    events.count { if case .keys = $0 { true } else { false } } == 2
  }

  /// A server and a client that is about to speak.
  private func sides(
    threads: Int = 1, serverExpects stranger: CertificateFingerprint? = nil
  ) throws -> (client: Side, server: Side) {
    let clients = try AssociationService()
    let servers = try AssociationService(threads: threads)
    // So that the two services give different names.
    _ = clients.open(fingerprints: [], events: Mailbox(capacity: 1, wakeup: try Wakeup()))
    let server = try Side(servers, .server, expecting: stranger ?? clients.identity.fingerprint)
    return (try Side(clients, .client, expecting: servers.identity.fingerprint), server)
  }

  @Test("A client and a server export the same keys, the server before its last flight")
  func handshake() throws {
    let (client, server) = try sides(threads: 2)
    let events = try relay(client, server, until: hasBothKeys)
    let exported = try #require(keys(events, of: server))
    #expect(exported == keys(events, of: client))
    let keysPlace = try #require(
      events.firstIndex { if case .keys(server.id, _) = $0 { true } else { false } })
    let lastFlight = try #require(
      events.lastIndex { if case .send(server.id, _) = $0 { true } else { false } })
    #expect(keysPlace < lastFlight)
  }

  @Test("Lost datagrams are sent again", arguments: [0, 1, 2, 3, 4])
  func loss(_ lost: Int) throws {
    let (client, server) = try sides()
    let events = try relay(client, server, drop: { $0 == lost }, until: hasBothKeys)
    #expect(keys(events, of: server) != nil)
    #expect(keys(events, of: server) == keys(events, of: client))
  }

  @Test("Closing says close_notify to the other side")
  func close() throws {
    let (client, server) = try sides()
    _ = try relay(client, server, until: hasBothKeys)
    client.service.close(client.id)
    let events = try relay(client, server) { $0.contains { if case .closed = $0 { true } else { false } } }
    #expect(events.contains { if case .closed(server.id) = $0 { true } else { false } })
  }

  @Test("A stranger's certificate fails at both ends' openers")
  func wrongFingerprint() throws {
    let (client, server) = try sides(serverExpects: try Identity().fingerprint)
    let events = try relay(client, server) { $0.contains { if case .failed = $0 { true } else { false } } }
    #expect(
      events.contains { if case .failed(server.id, .wrongFingerprint) = $0 { true } else { false } })
    #expect(keys(events, of: server) == nil)
  }

  @Test("Datagrams, confirmations and goodbyes for nobody are ignored")
  func misuse() throws {
    let (client, server) = try sides()
    let noise: [UInt8] = [1, 2, 3]
    _ = server.service.receive(noise.span.bytes, id: AssociationID(bits: 77))
    server.service.confirm(AssociationID(bits: 77))
    server.service.close(AssociationID(bits: 77))
    let events = try relay(client, server, until: hasBothKeys)
    #expect(keys(events, of: server) != nil)
  }

  @Test("No two associations of a service have one name, whichever thread opens them and on whichever they live")
  func names() async throws {
    let service = try AssociationService(threads: 2)
    let names = await withTaskGroup(of: [AssociationID].self) { group in
      for _ in 0..<4 {
        group.addTask {
          guard let wakeup = try? Wakeup() else { return [] }
          let events = Mailbox<AssociationEvent>(capacity: 1, wakeup: wakeup)
          return (0..<100).compactMap { _ in
            let id = service.open(fingerprints: [], events: events)
            if let id { service.close(id) }
            return id
          }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(names.count == 400)
    #expect(Set(names).count == 400)
  }

  @Test(
    "Interop 18: a handshake completes though 30 % of its datagrams are lost in both directions",
    arguments: UInt64(1)...12)
  func heavyLoss(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let losses = (0..<1_000).map { _ in Int.random(in: 0..<100, using: &random) < 30 }
    let (client, server) = try sides()
    let events = try relay(client, server, drop: { losses[$0 % losses.count] }, until: hasBothKeys)
    #expect(keys(events, of: server) != nil)
    #expect(keys(events, of: server) == keys(events, of: client))
  }
}
