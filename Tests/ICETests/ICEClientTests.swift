import Testing
import Wire

@testable import ICE

@Suite struct ICEClientTests {
  private static let here = Endpoint(address: .loopbackV4, port: 4444)
  private static let candidates = [
    Endpoint(address: IPAddress(v4: 0x0a00_0001), port: 10000), LitePeer.relay,
    Endpoint(address: .loopbackV6, port: 10000),
  ]

  /// A client and a lite server between which only what the test lets through goes, in virtual time.
  private struct Call {
    var client: ICEClient
    var server = LitePeer()
    var now = MonotonicTime.zero
    /// Every check sent: when, and whereto.
    var sent: [(seconds: Double, destination: Endpoint)] = []

    init(remote: ICECredentials = LitePeer.credentials, candidates: [Endpoint] = ICEClientTests.candidates) {
      client = ICEClient(
        local: ICECredentials(usernameFragment: LitePeer.peerFragment, password: "unused"), remote: remote,
        candidates: candidates, seed: 7, now: .zero)
    }

    /// Runs until `seconds`; `passes` says which datagrams arrive, by their number.
    mutating func run(until seconds: Double, passes: (Int) -> Bool = { _ in true }) {
      while client.nextTimeout <= .seconds(seconds) {
        now = max(now, client.nextTimeout)
        let seconds = Double(now.nanoseconds) / 1_000_000_000
        for transmit in client.handleTimeout(now) {
          sent.append((seconds, transmit.destination))
          guard passes(sent.count - 1), transmit.destination == LitePeer.relay else { continue }
          let (_, answer) = server.receive(transmit.bytes, from: ICEClientTests.here, at: seconds)
          deliver(answer)
        }
      }
      now = .seconds(seconds)
    }

    mutating func deliver(_ answer: [UInt8], from remote: Endpoint = LitePeer.relay) {
      let span = answer.span.bytes
      guard let message = STUNMessage(span) else { return }
      client.receive(message, in: span, from: remote, now: now)
    }
  }

  @Test("It finds the candidate that answers, nominates it and learns its own address")
  func connects() {
    var call = Call()
    call.run(until: 1)
    #expect(call.client.state == .connected(LitePeer.relay))
    #expect(call.client.mappedAddress == Self.here)
    #expect(call.server.lite.selected == call.server.pair(Self.here))
    #expect(call.sent.prefix(2).map(\.destination) == Array(Self.candidates.prefix(2)))
  }

  @Test("Lost checks are sent again, later and later", arguments: [0, 1, 2, 3, 4, 5])
  func loss(_ lost: Int) {
    var call = Call(candidates: [LitePeer.relay])
    call.run(until: 7) { $0 >= lost }
    #expect(call.client.state == .connected(LitePeer.relay))
    let gaps = zip(call.sent.dropFirst(), call.sent).prefix(lost).map { $0.seconds - $1.seconds }
    for (gap, next) in zip(gaps, gaps.dropFirst()) { #expect(next >= gap) }
  }

  @Test("It fails when nothing answers, after seven checks of each candidate, and then is silent")
  func failure() {
    var call = Call()
    call.run(until: 60) { _ in false }
    #expect(call.client.state == .failed)
    #expect(call.sent.count == 7 * Self.candidates.count)
    #expect(call.client.nextTimeout == .never)
    #expect(Call(candidates: []).client.state == .failed)
  }

  @Test("Consent is asked for every four to six seconds and ends thirty seconds after the last answer")
  func consent() {
    var call = Call()
    call.run(until: 100)
    #expect(call.client.state == .connected(LitePeer.relay))
    let checks = call.sent.filter { $0.seconds > 1 }.map(\.seconds)
    for (later, earlier) in zip(checks.dropFirst(), checks) { #expect((3.999...6.001).contains(later - earlier)) }
    #expect((16...25).contains(checks.count))

    call.run(until: 123) { _ in false }
    #expect(call.client.state == .connected(LitePeer.relay))
    call.run(until: 131) { _ in false }
    #expect(call.client.state == .failed)
  }

  @Test("Answers that prove nothing change nothing: wrong password, wrong transaction, wrong address")
  func forgery() {
    var call = Call(
      remote: ICECredentials(usernameFragment: "relayaaa", password: "another-password-of-24-ch"),
      candidates: [LitePeer.relay])
    // The server refuses it, so forge the answer that the server would give to the right password.
    let transmit = call.client.handleTimeout(.zero)
    #expect(transmit.count == 1)
    #expect(call.server.receive(transmit[0].bytes, from: Self.here).outcome == .dropped(.stunWrongIntegrity))
    #expect(call.client.state == .checking)

    var other = Call(candidates: [LitePeer.relay])
    let check = other.client.handleTimeout(.zero)[0]
    let (_, answer) = other.server.receive(check.bytes, from: Self.here)
    other.deliver(answer, from: Self.here)
    var changed = answer
    changed[19] ^= 1
    other.deliver(changed)
    changed = answer
    changed[30] ^= 1
    other.deliver(changed)
    #expect(other.client.mappedAddress == nil)
    other.deliver(answer)
    #expect(other.client.mappedAddress == Self.here)
  }

  @Test("When the nominated candidate falls silent, another that answered is nominated")
  func secondNomination() {
    let other = Endpoint(address: .loopbackV6, port: 10000)
    var call = Call(candidates: [LitePeer.relay, other])
    // Both answer their first check; then the first answers no more.
    let first = call.client.handleTimeout(.zero)
    call.now = .seconds(0.05)
    let second = call.client.handleTimeout(call.now)
    call.deliver(call.server.receive(first[0].bytes, from: Self.here).answer)
    call.deliver(call.server.receive(second[0].bytes, from: Self.here).answer, from: other)
    while call.client.state == .checking {
      call.now = call.client.nextTimeout
      for transmit in call.client.handleTimeout(call.now) where transmit.destination == other {
        call.deliver(call.server.receive(transmit.bytes, from: Self.here).answer, from: other)
      }
    }
    #expect(call.client.state == .connected(other))
  }

  @Test("No more candidates are checked than there is room for")
  func bound() {
    let many = (0..<40).map { Endpoint(address: .loopbackV4, port: UInt16(20000 + $0)) }
    var call = Call(candidates: many)
    call.run(until: 60) { _ in false }
    #expect(Set(call.sent.map(\.destination)).count == ICEClient.candidateCapacity)
  }
}
