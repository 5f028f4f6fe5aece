import ICE
import SRTP
import Testing
import WebRTC
import Wire

@Suite struct ConnectionTests {
  @Test("DTLS may come only from a pair on which a check with integrity has passed")
  func dtlsAfterCheck() {
    var ends = Ends()
    let before = ends.connection.acceptsDTLS(on: Ends.pair)
    ends.connect()
    let after = ends.connection.acceptsDTLS(on: Ends.pair)
    let other = ends.connection.acceptsDTLS(
      on: CandidatePair(local: Ends.relay, remote: Endpoint(address: Ends.client.address, port: 40_001)))
    #expect(!before && after && !other)
    let sending = ends.connection.sendingPair
    #expect(sending == Ends.pair)
    let accepted = ends.connection.acceptedPairs
    #expect(accepted == [Ends.pair])
  }

  @Test("Without keys nothing goes either way")
  func noKeys() {
    var ends = Ends()
    let isKeyed = ends.connection.isKeyed
    #expect(!isKeyed)
    expect(ends.unprotect(Ends.rtp(1)).outcome == .dropped(.srtpNoKeys))
    expect(ends.unprotect(Ends.rtcp, isRTCP: true).outcome == .dropped(.srtpNoKeys))
    expect(ends.protect(Ends.rtp(1)).outcome == .dropped(.srtpNoKeys))
    expect(ends.protect(Ends.rtcp, isRTCP: true).outcome == .dropped(.srtpNoKeys))
  }

  @Test("Packets go both ways between the relay and libsrtp2 with every profile", arguments: SRTPProfile.allCases)
  func bothWays(profile: SRTPProfile) throws {
    var ends = Ends()
    ends.connect()
    let keys = try Ends.keys(profile)
    ends.connection.install(keys)
    try ends.client.install(keys)

    expect(ends.unprotect(try ends.client.protect(Ends.rtp(1))).packet == Ends.rtp(1))
    expect(ends.unprotect(try ends.client.protectRTCP(Ends.rtcp), isRTCP: true).packet == Ends.rtcp)
    let datagram = ends.protect(Ends.rtp(2)).datagram
    expect(ends.client.receive(datagram, from: Ends.relay, now: ends.now) == .rtp(Ends.rtp(2)))
    let report = ends.protect(Ends.rtcp, isRTCP: true).datagram
    expect(ends.client.receive(report, from: Ends.relay, now: ends.now) == .rtcp(Ends.rtcp))
  }

  @Test("Interop 17: keys are taken once, so indices never begin anew")
  func keysOnce() throws {
    var ends = Ends()
    let keys = try Ends.keys(.aeadAES128GCM)
    ends.connection.install(keys)
    expect(ends.protect(Ends.rtp(1)).datagram != [])
    ends.connection.install(keys)
    expect(ends.protect(Ends.rtp(1)).outcome == .dropped(.srtpIndexUsed))
  }

  @Test("After 15 s without anything authenticated the peer is gone; checks and packets keep it")
  func expiry() throws {
    var ends = Ends()
    let joined = ends.now
    func isExpired(_ ends: borrowing Ends, after duration: Duration, of instant: MonotonicTime) -> Bool {
      ends.connection.isExpired(instant + duration)
    }
    expect(!isExpired(ends, after: .milliseconds(14_999), of: joined))
    expect(isExpired(ends, after: .seconds(15), of: joined))

    ends.connect()
    let keys = try Ends.keys(.aes128CMHMACSHA1_80)
    ends.connection.install(keys)
    try ends.client.install(keys)
    ends.now = joined + .seconds(10)
    _ = ends.unprotect(try ends.client.protect(Ends.rtp(1)))
    expect(!isExpired(ends, after: .seconds(24), of: joined))
    ends.now = joined + .seconds(20)
    _ = ends.unprotect(try ends.client.protectRTCP(Ends.rtcp), isRTCP: true)
    expect(!isExpired(ends, after: .seconds(34), of: joined))

    // What is not authentic does not.
    ends.now = joined + .seconds(30)
    var forged = try ends.client.protect(Ends.rtp(2))
    forged[forged.count - 1] ^= 1
    expect(ends.unprotect(forged).outcome == .dropped(.srtpAuthentication))
    expect(isExpired(ends, after: .seconds(35), of: joined))
  }

  @Test("A peer that sends checks and never completes a handshake is given up after 30 s")
  func handshakeLimit() throws {
    var ends = Ends()
    let joined = ends.now
    ends.connect()
    for second in 1..<30 {
      ends.now = joined + .seconds(second)
      for transmit in ends.client.handleTimeout(ends.now) { _ = ends.check(transmit.bytes) }
      expect(!ends.connection.isExpired(ends.now))
    }
    expect(ends.connection.isExpired(joined + .seconds(30)))
    ends.connection.install(try Ends.keys(.aeadAES128GCM))
    expect(!ends.connection.isExpired(joined + .seconds(30)))
  }

  @Test("A check for somebody else is not answered and keeps nobody alive")
  func foreignCheck() {
    var ends = Ends()
    let stranger = ICECredentials(usernameFragment: "stranger", password: "a-password-of-nobodys-own")
    var client = ICEClient(
      local: stranger, remote: Ends.ours, candidates: [Ends.relay], seed: 1, now: ends.now)
    let check = client.handleTimeout(ends.now)[0].bytes
    expect(!ends.check(check))
    let isAccepted = ends.connection.acceptsDTLS(on: Ends.pair)
    #expect(!isAccepted)
  }

  @Test("An ICE restart changes the path and keeps the keys")
  func restart() throws {
    var ends = Ends()
    ends.connect()
    let keys = try Ends.keys(.aeadAES256GCM)
    ends.connection.install(keys)
    try ends.client.install(keys)
    expect(ends.protect(Ends.rtp(1)).datagram != [])

    let ours = ICECredentials(usernameFragment: "relayfr2", password: "another-password-of-the-relay")
    let theirs = ICECredentials(usernameFragment: "clientf2", password: "another-password-of-the-client")
    ends.connection.restart(local: ours, remoteFragment: theirs.usernameFragment)
    ends.client.restart(local: theirs, remote: ours, candidates: [Ends.relay], seed: 8, now: ends.now)
    let before = ends.connection.sendingPair
    #expect(before == Ends.pair)
    let moved = CandidatePair(local: Ends.relay, remote: Endpoint(address: Ends.client.address, port: 50_000))
    for _ in 0..<100 where ends.client.remote == nil {
      for transmit in ends.client.handleTimeout(ends.now) { _ = ends.check(transmit.bytes, on: moved) }
      ends.now = ends.now + .milliseconds(10)
    }
    let after = ends.connection.sendingPair
    #expect(after == moved)
    let datagram = ends.protect(Ends.rtp(2)).datagram
    expect(ends.client.receive(datagram, from: Ends.relay, now: ends.now) == .rtp(Ends.rtp(2)))
  }
}
