import ICE
import SRTP
import Testing
import WebRTC
import Wire

@Suite struct ClientConnectionTests {
  @Test("A client checks, nominates, and says when it wants to be called again")
  func nominates() {
    var ends = Ends()
    let first = ends.client.nextTimeout
    #expect(first <= ends.now)
    let before = ends.client.remote
    #expect(before == nil)
    ends.connect()
    let (state, remote, next) = (ends.client.state, ends.client.remote, ends.client.nextTimeout)
    #expect(state == .connected(Ends.relay))
    #expect(remote == Ends.relay)
    #expect(next > ends.now && next < .never)
  }

  @Test("Datagrams are told apart, and what cannot be read is dropped with its reason")
  func arrivals() throws {
    var ends = Ends()
    expect(ends.client.receive([22, 254, 253, 0], from: Ends.relay, now: ends.now) == .dtls([22, 254, 253, 0]))
    expect(ends.client.receive([0, 1], from: Ends.relay, now: ends.now) == .dropped(.stunMalformed))
    expect(ends.client.receive([64, 0], from: Ends.relay, now: ends.now) == .dropped(.unknownProtocol))
    expect(ends.client.receive(Ends.rtp(1), from: Ends.relay, now: ends.now) == .dropped(.srtpNoKeys))
    expect(ends.client.receive(Ends.rtcp, from: Ends.relay, now: ends.now) == .dropped(.srtpNoKeys))

    ends.connection.install(try Ends.keys(.aeadAES128GCM))
    try ends.client.install(try Ends.keys(.aeadAES128GCM))
    let datagram = ends.protect(Ends.rtp(1)).datagram
    var forged = datagram
    forged[20] ^= 1
    expect(ends.client.receive(forged, from: Ends.relay, now: ends.now) == .dropped(.srtpAuthentication))
    expect(ends.client.receive(datagram, from: Ends.relay, now: ends.now) == .rtp(Ends.rtp(1)))
    expect(ends.client.receive(datagram, from: Ends.relay, now: ends.now) == .dropped(.srtpReplay))
    let report = ends.protect(Ends.rtcp, isRTCP: true).datagram
    var forgedReport = report
    forgedReport[9] ^= 1
    expect(ends.client.receive(forgedReport, from: Ends.relay, now: ends.now) == .dropped(.srtcpAuthentication))
  }

  @Test("Before the keys there is nothing to send")
  func unkeyed() throws {
    var ends = Ends()
    let isKeyed = ends.client.isKeyed
    #expect(!isKeyed)
    expect(try ends.client.protect(Ends.rtp(1)).isEmpty)
    expect(try ends.client.protectRTCP(Ends.rtcp).isEmpty)
  }
}
