import Testing
import Transport
import Wire

@testable import Association

/// The table's own timers, in virtual time; OpenSSL's, which read the real clock, are not waited for.
@Suite struct AssociationTableTests {
  private static let id = AssociationID(bits: 1)
  private let start = MonotonicTime(nanoseconds: 1_000_000_000)
  private let events: Mailbox<AssociationEvent>
  private let server: Identity
  private let client: DTLSSessionTests.Peer
  private let clientFingerprint: CertificateFingerprint

  init() throws {
    events = Mailbox(capacity: 64, wakeup: try Wakeup())
    server = try Identity()
    let identity = try Identity()
    client = try DTLSSessionTests.Peer(identity, .client, fingerprints: [server.fingerprint])
    clientFingerprint = identity.fingerprint
  }

  private func drain() -> [AssociationEvent] {
    var drained: [AssociationEvent] = []
    events.drain(into: &drained)
    return drained
  }

  private func sent(_ events: [AssociationEvent]) -> [[UInt8]] {
    events.compactMap { if case .send(_, let datagram) = $0 { datagram } else { nil } }
  }

  /// Takes the handshake so far that the server's last flight is under way; returns it.
  private func connect(_ table: inout AssociationTable) -> [[UInt8]] {
    table.open(Self.id, .server, [clientFingerprint], events, now: start)
    client.start()
    var flight: [[UInt8]] = []
    var isConnected = false
    while !isConnected {
      for datagram in client.takeOutput() { table.receive(Self.id, datagram, now: start) }
      let drained = drain()
      flight = sent(drained)
      isConnected = drained.contains { if case .keys = $0 { true } else { false } }
      if !isConnected { for datagram in flight { client.receive(datagram) } }
    }
    return flight
  }

  private func repeats(_ table: inout AssociationTable, after elapsed: Duration) -> [[UInt8]] {
    table.handleTimeout(now: start + elapsed)
    return sent(drain())
  }

  @Test("Interop 18: the server repeats its last flight, more and more seldom, until the peer has used its keys")
  func lastFlight() throws {
    var table = AssociationTable(identity: server)
    let flight = connect(&table)
    #expect(!flight.isEmpty)
    var due = table.nextTimeout
    #expect(due == start + .milliseconds(100))
    #expect(repeats(&table, after: .milliseconds(99)).isEmpty)
    #expect(repeats(&table, after: .milliseconds(100)) == flight)
    due = table.nextTimeout
    #expect(due == start + .milliseconds(300))
    #expect(repeats(&table, after: .milliseconds(300)) == flight)
    // The flight that got through is the repeated one; one more does no harm.
    for datagram in flight + flight { client.receive(datagram) }
    #expect(client.keys != nil)
    #expect(client.takeOutput().isEmpty)
    table.confirm(Self.id)
    due = table.nextTimeout
    #expect(due == .never)
    #expect(repeats(&table, after: .seconds(20)).isEmpty)
    let (count, handshakes) = (table.count, table.handshakeCount)
    #expect(count == 1 && handshakes == 0)
  }

  @Test("A peer that never uses its keys is not sent the flight for ever, and keeps its association")
  func unconfirmed() {
    var table = AssociationTable(identity: server)
    let flight = connect(&table)
    var count = 0
    while table.nextTimeout != .never {
      table.handleTimeout(now: table.nextTimeout)
      count += sent(drain()).count
    }
    #expect(count / flight.count <= 14)
    let (associations, handshakes) = (table.count, table.handshakeCount)
    #expect(associations == 1 && handshakes == 0)
    // It can still say goodbye, and be told.
    table.close(Self.id)
    #expect(sent(drain()).count == 1)
  }

  @Test("A handshake that stands half open is given up after 30 s, and its place is free")
  func halfOpen() {
    var table = AssociationTable(identity: server, capacity: 2)
    for bits in UInt64(1)...2 {
      table.open(AssociationID(bits: bits), .server, [clientFingerprint], events, now: start)
    }
    client.start()
    for datagram in client.takeOutput() {
      for bits in UInt64(1)...2 { table.receive(AssociationID(bits: bits), datagram, now: start) }
    }
    var handshakes = table.handshakeCount
    #expect(handshakes == 2)
    #expect(sent(drain()).count >= 2)
    table.open(AssociationID(bits: 3), .server, [clientFingerprint], events, now: start)
    #expect(drain().contains { if case .failed(AssociationID(bits: 3), .full) = $0 { true } else { false } })
    table.handleTimeout(now: start + .seconds(30))
    let failures = drain().count { if case .failed(_, .timedOut) = $0 { true } else { false } }
    #expect(failures == 2)
    handshakes = table.handshakeCount
    let count = table.count
    #expect(handshakes == 0 && count == 0)
  }

  @Test("An association to which nothing ever comes has no timer, and closing it says nothing")
  func untouched() {
    var table = AssociationTable(identity: server)
    table.open(Self.id, .server, [clientFingerprint], events, now: start)
    let due = table.nextTimeout
    #expect(due == .never)
    table.close(Self.id)
    #expect(drain().isEmpty)
    let count = table.count
    #expect(count == 0)
  }
}
