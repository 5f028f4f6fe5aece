import ICE
import SRTP
import Testing
import WebRTC
import Wire

/// Both ends of one connection, the relay's and the client's, in virtual time and without loss or delay.
struct Ends: ~Copyable {
  static let relay = Endpoint(address: IPAddress(v4: 0xc000_0201), port: 10_000)
  static let client = Endpoint(address: IPAddress(v4: 0x0a00_0001), port: 40_000)
  static let pair = CandidatePair(local: relay, remote: client)
  static let ours = ICECredentials(usernameFragment: "relayfra", password: "password-of-the-relay-side")
  static let theirs = ICECredentials(usernameFragment: "clientfr", password: "password-of-the-client-side")

  var connection: Connection
  var client: ClientConnection
  var now: MonotonicTime

  init(now: MonotonicTime = MonotonicTime(nanoseconds: 1_000_000_000)) {
    self.now = now
    connection = Connection(ice: ICELite(local: Self.ours, remoteFragment: Self.theirs.usernameFragment), now: now)
    client = ClientConnection(
      local: Self.theirs, remote: Self.ours, candidates: [Self.relay], seed: 3, now: now)
  }

  static func keys(_ profile: SRTPProfile, first: UInt8 = 0) throws -> SRTPKeyingMaterial {
    let count = 2 * (profile.masterKeyByteCount + profile.masterSaltByteCount)
    return try #require(SRTPKeyingMaterial(profile: profile, exported: (0..<count).map { first &+ UInt8($0) }))
  }

  /// Lets the client check until it has nominated.
  mutating func connect() {
    for _ in 0..<100 where client.remote == nil {
      for transmit in client.handleTimeout(now) { _ = check(transmit.bytes) }
      now = now + .milliseconds(10)
    }
  }

  /// Hands the relay a STUN message, and the client the answer. Returns whether there was one.
  mutating func check(_ bytes: [UInt8], on pair: CandidatePair = pair) -> Bool {
    guard let message = STUNMessage(bytes.span.bytes) else { return false }
    var memory = [UInt8](repeating: 0, count: ICELite.responseCapacity)
    let outcome = Self.answer(message, bytes, pair, by: &connection, into: &memory, now: now)
    guard case .answered(let count, _) = outcome else { return false }
    _ = client.receive(Array(memory[..<count]), from: pair.local, now: now)
    return true
  }

  private static func answer(
    _ message: STUNMessage, _ bytes: [UInt8], _ pair: CandidatePair, by connection: inout Connection,
    into memory: inout [UInt8], now: MonotonicTime
  ) -> ICELite.Outcome {
    var elements = memory.mutableSpan
    var response = elements.mutableBytes
    return connection.receiveCheck(message, in: bytes.span.bytes, on: pair, now: now, response: &response)
  }

  mutating func unprotect(_ datagram: [UInt8], isRTCP: Bool = false) -> (outcome: SRTPOutcome, packet: [UInt8]) {
    var memory = [UInt8](repeating: 0, count: 1_500)
    let outcome = Self.unprotect(datagram, isRTCP: isRTCP, by: &connection, into: &memory, now: now)
    guard case .done(let count) = outcome else { return (outcome, []) }
    return (outcome, Array(memory[..<count]))
  }

  private static func unprotect(
    _ datagram: [UInt8], isRTCP: Bool, by connection: inout Connection, into memory: inout [UInt8], now: MonotonicTime
  ) -> SRTPOutcome {
    var elements = memory.mutableSpan
    var place = elements.mutableBytes
    return isRTCP
      ? connection.unprotectRTCP(datagram.span.bytes, into: &place, now: now)
      : connection.unprotect(datagram.span.bytes, into: &place, now: now)
  }

  /// Has the relay protect a packet whose header has 12 bytes, or an RTCP packet.
  mutating func protect(_ packet: [UInt8], isRTCP: Bool = false) -> (outcome: SRTPOutcome, datagram: [UInt8]) {
    var memory = [UInt8](repeating: 0, count: 1_500)
    let outcome = Self.protect(packet, isRTCP: isRTCP, by: &connection, into: &memory)
    guard case .done(let count) = outcome else { return (outcome, []) }
    return (outcome, Array(memory[..<count]))
  }

  private static func protect(
    _ packet: [UInt8], isRTCP: Bool, by connection: inout Connection, into memory: inout [UInt8]
  ) -> SRTPOutcome {
    var elements = memory.mutableSpan
    var place = elements.mutableBytes
    let bytes = packet.span.bytes
    return isRTCP
      ? connection.protectRTCP(bytes, into: &place)
      : connection.protect(bytes.extracting(0..<12), payload: bytes.extracting(12..<bytes.byteCount), into: &place)
  }

  static func rtp(_ sequenceNumber: UInt8) -> [UInt8] {
    [0x80, 111, 0, sequenceNumber, 0, 0, 0, 9, 1, 2, 3, 4] + [UInt8](repeating: sequenceNumber, count: 50)
  }

  static let rtcp: [UInt8] = [0x80, 201, 0, 1, 1, 2, 3, 4]
}
