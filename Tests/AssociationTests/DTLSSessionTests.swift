import Testing
import Transport
import Wire

@testable import Association

@Suite struct DTLSSessionTests {
  /// A session that a test's macros can look into.
  final class Peer {
    private var session: DTLSSession
    private(set) var progress: [DTLSSession.Progress] = []

    init(_ identity: Identity, _ role: AssociationRole, fingerprints: [CertificateFingerprint]) throws {
      session = try DTLSSession(identity, role, fingerprints: fingerprints)
    }

    var timeout: Duration? { session.timeout }
    func start() { progress.append(session.start()) }
    func takeOutput() -> [[UInt8]] { session.takeOutput() }
    func handleTimeout() { progress.append(session.handleTimeout()) }
    func close() { session.close() }

    @discardableResult
    func receive(_ datagram: [UInt8]) -> DTLSSession.Progress {
      let result = session.receive(datagram)
      progress.append(result)
      return result
    }

    var keys: ExportedKeys? {
      for case .connected(let keys) in progress { return keys }
      return nil
    }
  }

  /// Two sessions and the datagrams between them.
  final class Pair {
    let client: Peer
    let server: Peer

    init(
      clientKnows: CertificateFingerprint? = nil, serverKnows: CertificateFingerprint? = nil
    ) throws {
      let clientIdentity = try Identity()
      let serverIdentity = try Identity()
      client = try Peer(
        clientIdentity, .client, fingerprints: [clientKnows ?? serverIdentity.fingerprint])
      server = try Peer(
        serverIdentity, .server, fingerprints: [serverKnows ?? clientIdentity.fingerprint])
    }

    /// Carries datagrams both ways until none is left; `rewrite` may change those to the server.
    func run(_ rewrite: ([UInt8]) -> [[UInt8]] = { [$0] }) {
      client.start()
      while true {
        let toServer = client.takeOutput().flatMap(rewrite)
        for datagram in toServer { server.receive(datagram) }
        let toClient = server.takeOutput()
        for datagram in toClient { client.receive(datagram) }
        if toServer.isEmpty, toClient.isEmpty { return }
      }
    }
  }

  @Test("Both sides export the same keys, for the profile the server prefers")
  func handshake() throws {
    let pair = try Pair()
    pair.run()
    let keys = try #require(pair.client.keys)
    #expect(keys == pair.server.keys)
    #expect(keys.profile == 7)
    #expect(keys.bytes.count == 56)
    #expect(Set(keys.bytes).count > 8)
  }

  @Test("No datagram is longer than the MTU")
  func datagramLengths() throws {
    let pair = try Pair()
    pair.client.start()
    var flights: [[UInt8]] = pair.client.takeOutput()
    for datagram in flights { pair.server.receive(datagram) }
    flights += pair.server.takeOutput()
    #expect(flights.count >= 2)
    for datagram in flights { #expect(datagram.count <= 1200) }
  }

  /// Cuts the datagram's one handshake message in two fragments, each a record in a datagram of its own (RFC 6347
  /// section 4.2.3), as browsers send a ClientHello with a post-quantum key share.
  static func fragmented(_ datagram: [UInt8], at cut: Int) -> [[UInt8]] {
    let body = Array(datagram.dropFirst(25))
    // The second record's number is one the client will not reach, or its next record would count as repeated.
    func record(_ fragment: ArraySlice<UInt8>, offset: Int, number: UInt8) -> [UInt8] {
      let length = fragment.count
      var bytes = Array(datagram.prefix(25))
      bytes[10] = number
      bytes[11] = UInt8((length + 12) >> 8)
      bytes[12] = UInt8((length + 12) & 255)
      bytes.replaceSubrange(19..<22, with: [0, UInt8(offset >> 8), UInt8(offset & 255)])
      bytes.replaceSubrange(22..<25, with: [0, UInt8(length >> 8), UInt8(length & 255)])
      return bytes + fragment
    }
    return [record(body[..<cut], offset: 0, number: 0), record(body[cut...], offset: cut, number: 40)]
  }

  @Test("Interop 18: a ClientHello in two datagrams is put together, in either order", arguments: [false, true])
  func fragmentedClientHello(reversed: Bool) throws {
    let pair = try Pair()
    var isFirst = true
    pair.run { datagram in
      defer { isFirst = false }
      guard isFirst else { return [datagram] }
      let parts = Self.fragmented(datagram, at: 100)
      return reversed ? parts.reversed() : parts
    }
    #expect(pair.server.keys != nil)
    #expect(pair.client.keys == pair.server.keys)
  }

  @Test("A peer with another certificate than its signalling named gets no keys", arguments: [true, false])
  func wrongFingerprint(atServer: Bool) throws {
    let other = try Identity().fingerprint
    let pair = try Pair(clientKnows: atServer ? nil : other, serverKnows: atServer ? other : nil)
    pair.run()
    if atServer {
      #expect(pair.server.keys == nil)
      #expect(pair.server.progress.contains(.failed(.wrongFingerprint)))
    } else {
      #expect(pair.client.keys == nil)
      #expect(pair.client.progress.contains(.failed(.wrongFingerprint)))
    }
  }

  @Test("A fingerprint by another hash is compared by that hash")
  func otherHash() throws {
    let clientIdentity = try Identity()
    let serverIdentity = try Identity()
    #expect(clientIdentity.fingerprint.digest.count == 32)
    #expect(clientIdentity.fingerprint != serverIdentity.fingerprint)
    #expect(clientIdentity.fingerprint.text.count == 95)
  }

  @Test("Noise and cut datagrams end nothing before or after the handshake")
  func noise() throws {
    let pair = try Pair()
    pair.client.start()
    let hello = try #require(pair.client.takeOutput().first)
    for count in 0..<hello.count { #expect(pair.server.receive(Array(hello.prefix(count))) == .waiting) }
    #expect(pair.server.receive([22]) == .waiting)
    #expect(pair.server.receive([UInt8](repeating: 22, count: 1500)) == .waiting)
    #expect(pair.server.receive(hello) == .waiting)
    for datagram in pair.server.takeOutput() { pair.client.receive(datagram) }
    for datagram in pair.client.takeOutput() { pair.server.receive(datagram) }
    #expect(pair.server.keys != nil)
    #expect(pair.server.receive([UInt8](repeating: 23, count: 100)) == .waiting)
    #expect(pair.server.receive(hello) == .waiting)
  }

  @Test("When the server's last flight is lost, the client's repeated flight brings it again")
  func lostLastFlight() throws {
    let pair = try Pair()
    pair.client.start()
    for datagram in pair.client.takeOutput() { pair.server.receive(datagram) }
    for datagram in pair.server.takeOutput() { pair.client.receive(datagram) }
    for datagram in pair.client.takeOutput() { pair.server.receive(datagram) }
    #expect(pair.server.keys != nil)
    #expect(!pair.server.takeOutput().isEmpty, "the flight that is lost")
    let repeated = try repeatedFlight(of: pair.client)
    for datagram in repeated { #expect(pair.server.receive(datagram) == .waiting) }
    for datagram in pair.server.takeOutput() { pair.client.receive(datagram) }
    #expect(pair.client.keys == pair.server.keys)
  }

  /// Waits for OpenSSL's timer, which reads the real clock, and takes what it sends again.
  private func repeatedFlight(of peer: Peer) throws -> [[UInt8]] {
    let loop = try EventLoop()
    while true {
      let timeout = try #require(peer.timeout)
      _ = loop.wait(until: SystemClock.now + timeout)
      peer.handleTimeout()
      let repeated = peer.takeOutput()
      if !repeated.isEmpty { return repeated }
    }
  }

  @Test("Interop 18: retransmission begins after 50 to 100 ms at both ends")
  func firstTimeouts() throws {
    let pair = try Pair()
    pair.client.start()
    let client = try #require(pair.client.timeout)
    for datagram in pair.client.takeOutput() { pair.server.receive(datagram) }
    let server = try #require(pair.server.timeout)
    for timeout in [client, server] { #expect(timeout <= .milliseconds(100)) }
    // The timer is OpenSSL's: what is left of 100 ms, of which this test may have spent some.
    #expect(try !repeatedFlight(of: pair.server).isEmpty)
    #expect(try #require(pair.server.timeout) > .milliseconds(100))
  }

  @Test("close_notify goes out once connected and ends the other side", arguments: [true, false])
  func closeNotify(byServer: Bool) throws {
    let pair = try Pair()
    pair.run()
    if byServer {
      pair.server.close()
      let output = pair.server.takeOutput()
      #expect(output.count == 1)
      #expect(pair.client.receive(output.first ?? []) == .closed)
    } else {
      pair.client.close()
      let output = pair.client.takeOutput()
      #expect(output.count == 1)
      #expect(pair.server.receive(output.first ?? []) == .closed)
    }
  }

  @Test("Closing before the handshake says nothing")
  func closeEarly() throws {
    let pair = try Pair()
    pair.server.close()
    #expect(pair.server.takeOutput().isEmpty)
  }
}
