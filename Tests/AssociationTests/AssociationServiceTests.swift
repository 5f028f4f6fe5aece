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

    init(_ service: AssociationService, _ id: UInt64) throws {
      self.service = service
      self.id = AssociationID(bits: id)
      events = Mailbox(capacity: 64, wakeup: try Wakeup())
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

  private func sides(threads: Int = 1) throws -> (client: Side, server: Side) {
    let client = try Side(AssociationService(), 1)
    let server = try Side(AssociationService(threads: threads), 2)
    return (client, server)
  }

  private func open(_ client: Side, _ server: Side) {
    server.service.open(server.id, fingerprints: [client.service.identity.fingerprint], events: server.events)
    client.service.open(
      client.id, role: .client, fingerprints: [server.service.identity.fingerprint], events: client.events)
  }

  @Test("A client and a server export the same keys, the server before its last flight")
  func handshake() throws {
    let (client, server) = try sides(threads: 2)
    open(client, server)
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
    open(client, server)
    let events = try relay(client, server, drop: { $0 == lost }, until: hasBothKeys)
    #expect(keys(events, of: server) != nil)
    #expect(keys(events, of: server) == keys(events, of: client))
  }

  @Test("Closing says close_notify to the other side")
  func close() throws {
    let (client, server) = try sides()
    open(client, server)
    _ = try relay(client, server, until: hasBothKeys)
    client.service.close(client.id)
    let events = try relay(client, server) { $0.contains { if case .closed = $0 { true } else { false } } }
    #expect(events.contains { if case .closed(server.id) = $0 { true } else { false } })
  }

  @Test("A stranger's certificate fails at both ends' openers")
  func wrongFingerprint() throws {
    let (client, server) = try sides()
    let stranger = try Identity()
    server.service.open(server.id, fingerprints: [stranger.fingerprint], events: server.events)
    client.service.open(
      client.id, role: .client, fingerprints: [server.service.identity.fingerprint], events: client.events)
    let events = try relay(client, server) { $0.contains { if case .failed = $0 { true } else { false } } }
    #expect(
      events.contains { if case .failed(server.id, .wrongFingerprint) = $0 { true } else { false } })
    #expect(keys(events, of: server) == nil)
  }

  @Test("An identifier in use is refused, and a datagram for nobody is ignored")
  func misuse() throws {
    let (client, server) = try sides()
    open(client, server)
    server.service.open(server.id, fingerprints: [], events: client.events)
    let noise: [UInt8] = [1, 2, 3]
    _ = server.service.receive(noise.span.bytes, id: AssociationID(bits: 77))
    server.service.close(AssociationID(bits: 77))
    let events = try relay(client, server) { events in
      hasBothKeys(events) && events.contains { if case .failed(server.id, .full) = $0 { true } else { false } }
    }
    #expect(keys(events, of: server) != nil)
  }
}
