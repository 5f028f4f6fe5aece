import Testing
import Wire

@testable import ICE

@Suite struct ICELiteTests {
  private static let first = Endpoint(address: IPAddress(v4: 0xc000_0201), port: 5000)
  private static let second = Endpoint(address: .loopbackV6, port: 6000)

  private func reading(_ answer: [UInt8]) throws -> STUNMessageTests.Reading {
    try #require(STUNMessageTests.read(answer, key: Array(LitePeer.credentials.password.utf8)))
  }

  private func isAnswered(_ outcome: ICELite.Outcome) -> Bool {
    if case .answered = outcome { true } else { false }
  }

  private func change(_ outcome: ICELite.Outcome) -> ICELite.Change? {
    if case .answered(_, let change) = outcome { change } else { nil }
  }

  @Test("A check is answered with its source, integrity and fingerprint", arguments: [first, second])
  func answer(_ remote: Endpoint) throws {
    var peer = LitePeer()
    let (outcome, answer) = peer.receive(Check().bytes, from: remote)
    #expect(change(outcome) == .added(peer.pair(remote), evicted: nil))
    let reading = try reading(answer)
    #expect(reading.message.messageClass == .successResponse)
    #expect(reading.message.transactionID == STUNTransactionID(high: 0x0001_0203, low: 0x0405_0607_0809_0a0b))
    #expect(reading.message.mappedAddress == remote)
    #expect(reading.integrityIsRight)
    #expect(reading.fingerprintIsRight)
  }

  @Test("What does not know the password or the names gets no answer and changes nothing")
  func strangers() {
    var wrongPassword = Check()
    wrongPassword.credentials = ICECredentials(usernameFragment: "relayaaa", password: "guessed-password-of-24-ch")
    let cases: [(Check, DropReason)] = [
      (wrongPassword, .stunWrongIntegrity),
      (Check(hasIntegrity: false), .stunWrongIntegrity),
      (Check(username: "relayaab:peer"), .stunUnknownUsername),
      (Check(username: "relayaaa:other"), .stunUnknownUsername),
      (Check(username: "relayaaa"), .stunUnknownUsername),
      (Check(username: ""), .stunUnknownUsername),
      (Check(type: 0x0011), .stunUnsupported),
      (Check(type: 0x0101), .stunUnsupported),
      (Check(type: 0x0003), .stunUnsupported),
    ]
    for (check, reason) in cases {
      var peer = LitePeer()
      #expect(peer.receive(check.bytes, from: Self.first).outcome == .dropped(reason))
      #expect(!peer.lite.accepts(peer.pair(Self.first)))
      #expect(peer.lite.sendingPair == nil)
      #expect(!peer.lite.hasConsent(.zero))
    }
  }

  @Test("A wrong fingerprint is dropped, a missing one is not")
  func fingerprint() {
    var peer = LitePeer()
    var bytes = Check().bytes
    bytes[bytes.count - 1] ^= 1
    #expect(peer.receive(bytes, from: Self.first).outcome == .dropped(.stunMalformed))
    #expect(isAnswered(peer.receive(Check(hasFingerprint: false).bytes, from: Self.first).outcome))
  }

  @Test("A peer that wants to be controlled is told to change its role")
  func roleConflict() throws {
    var peer = LitePeer()
    let (outcome, answer) = peer.receive(
      Check(isNomination: true, extra: [(0x8029, [1, 2, 3, 4, 5, 6, 7, 8])]).bytes, from: Self.first)
    #expect(isAnswered(outcome))
    let reading = try reading(answer)
    #expect(reading.message.messageClass == .errorResponse)
    #expect(reading.message.errorCode == 487)
    #expect(reading.integrityIsRight)
    #expect(peer.lite.selected == nil)

    let again = peer.receive(
      Check(isNomination: true, extra: [(0x802a, [1, 2, 3, 4, 5, 6, 7, 8])]).bytes, from: Self.first)
    #expect(change(again.outcome) == .selected(peer.pair(Self.first), isNew: true, evicted: nil))
  }

  @Test("Attributes that must be understood and are not are named in a 420")
  func unknownAttributes() throws {
    var peer = LitePeer()
    let (_, answer) = peer.receive(
      Check(extra: [(0x7777, []), (0xc057, [0, 0, 0, 1]), (0x7778, [])]).bytes, from: Self.first)
    let reading = try reading(answer)
    #expect(reading.message.errorCode == 420)
    #expect(reading.integrityIsRight)
    #expect(!peer.lite.accepts(peer.pair(Self.first)))
  }

  @Test("The latest nomination wins; before one, the latest check does")
  func nomination() {
    var peer = LitePeer()
    _ = peer.receive(Check().bytes, from: Self.first, at: 1)
    _ = peer.receive(Check().bytes, from: Self.second, at: 2)
    #expect(peer.lite.sendingPair == peer.pair(Self.second))
    #expect(peer.lite.selected == nil)
    let nominated = peer.receive(Check(isNomination: true).bytes, from: Self.first, at: 3)
    #expect(change(nominated.outcome) == .selected(peer.pair(Self.first), isNew: false, evicted: nil))
    #expect(change(peer.receive(Check(isNomination: true).bytes, from: Self.first, at: 4).outcome) == nil)
    _ = peer.receive(Check().bytes, from: Self.second, at: 5)
    #expect(peer.lite.sendingPair == peer.pair(Self.first))
    _ = peer.receive(Check(isNomination: true).bytes, from: Self.second, at: 6)
    #expect(peer.lite.sendingPair == peer.pair(Self.second))
    #expect(peer.lite.accepts(peer.pair(Self.first)))
  }

  @Test("Consent lasts thirty seconds from the last check that proved itself")
  func consent() {
    var peer = LitePeer()
    #expect(peer.lite.consentDeadline == .never)
    _ = peer.receive(Check(isNomination: true).bytes, from: Self.first, at: 10)
    #expect(peer.lite.hasConsent(.seconds(39.9)))
    #expect(!peer.lite.hasConsent(.seconds(40)))
    _ = peer.receive(Check(username: "x:y").bytes, from: Self.first, at: 20)
    #expect(peer.lite.consentDeadline == .seconds(40))
    _ = peer.receive(Check().bytes, from: Self.first, at: 20)
    #expect(peer.lite.consentDeadline == .seconds(50))
  }

  @Test("A restart keeps the old pair and credentials until the new ones nominate")
  func restart() {
    var peer = LitePeer()
    _ = peer.receive(Check(isNomination: true).bytes, from: Self.first)
    let renewed = ICECredentials(usernameFragment: "relaybbb", password: "new-password-of-24-chars-")
    peer.lite.restart(local: renewed, remoteFragment: "fresh")
    #expect(peer.lite.local == renewed)
    #expect(peer.lite.sendingPair == peer.pair(Self.first))

    // Consent by the old credentials goes on; a nomination by them changes nothing.
    #expect(isAnswered(peer.receive(Check().bytes, from: Self.first, at: 1).outcome))
    _ = peer.receive(Check(isNomination: true).bytes, from: Self.second, at: 2)
    #expect(peer.lite.sendingPair == peer.pair(Self.first))

    var check = Check(credentials: renewed, username: "relaybbb:fresh", isNomination: true)
    let nominated = peer.receive(check.bytes, from: Self.second, at: 3)
    #expect(change(nominated.outcome) == .selected(peer.pair(Self.second), isNew: false, evicted: nil))
    #expect(peer.receive(Check().bytes, from: Self.first, at: 4).outcome == .dropped(.stunUnknownUsername))
    check.isNomination = false
    #expect(isAnswered(peer.receive(check.bytes, from: Self.first, at: 5).outcome))
  }

  @Test("The pair checked least recently makes room, never the selected one")
  func eviction() {
    var peer = LitePeer()
    func remote(_ port: UInt16) -> Endpoint { Endpoint(address: .loopbackV4, port: port) }
    _ = peer.receive(Check(isNomination: true).bytes, from: remote(1), at: 0)
    for port in 2...8 { _ = peer.receive(Check().bytes, from: remote(UInt16(port)), at: Double(port)) }
    _ = peer.receive(Check().bytes, from: remote(2), at: 9)
    let ninth = peer.receive(Check().bytes, from: remote(9), at: 10)
    #expect(change(ninth.outcome) == .added(peer.pair(remote(9)), evicted: peer.pair(remote(3))))
    #expect(peer.lite.accepts(peer.pair(remote(1))))
    #expect(!peer.lite.accepts(peer.pair(remote(3))))
    #expect(peer.lite.acceptedPairs.count == ICELite.pairCapacity)
  }
}
