import Cipher
import Testing
import Wire

@testable import STAMP

@Suite struct SessionReflectorTests: ReflectorSuite {
  @Test("The vectors are answered at their own length, with their HMACs renewed", arguments: StampVectors.requests)
  func vectors(vector: StampVectors.Request) throws {
    var reflector = SessionReflector(
      configuration: .init(mode: vector.mode, keys: StampVectors.sessionKeys))
    let (_, bytes) = answer(&reflector, vector.bytes, try arrival())
    #expect(bytes.count == vector.bytes.count)
    let packet = try #require(ReflectorPacket(bytes, mode: vector.mode))
    #expect(packet.sequenceNumber == 0)
    #expect(packet.senderSequenceNumber == 8)
    #expect(packet.senderTimestamp.bits == 0x1234_5678_075b_cd15)
    #expect(packet.senderErrorEstimate.format == vector.format)
    #expect(packet.ssid == vector.ssid)
    #expect(packet.senderTTL == 57)
    #expect(packet.receiveTimestamp == Timestamp(Self.start))
    #expect(packet.transmitTimestamp == Timestamp(Self.start + .microseconds(50)))
    let key = try #require(StampVectors.sessionKeys[vector.ssid])
    if vector.authenticated { #expect(key.authenticatesBase(of: bytes)) }
    // The TLV's HMAC covers our sequence number, so it is another than the request's, with U cleared.
    #expect(bytes[vector.mode.baseByteCount] == 0)
    #expect(bytes.suffix(16) != vector.bytes.suffix(16))
  }

  @Test("What must be zero in an authenticated request is not looked at, and is zero in the answer")
  func reservedAuthenticated() throws {
    let key = HMACSHA256(key: [UInt8]([1]).span.bytes)
    var reflector = SessionReflector(configuration: .init(mode: .authenticated, keys: SessionKeys(fallback: [1])))
    var request = [UInt8](repeating: 0xa5, count: 112)
    request.write { key.sealBase(of: &$0) }
    let bytes = answer(&reflector, request, try arrival()).bytes
    #expect(bytes.count == 112)
    for place in [4..<16, 28..<32, 40..<48, 52..<64, 74..<80, 81..<96].joined() { #expect(bytes[place] == 0) }
  }

  @Test("A vector with one bit changed is not answered", arguments: StampVectors.requests.filter(\.authenticated))
  func forged(vector: StampVectors.Request) throws {
    var reflector = SessionReflector(configuration: .init(mode: .authenticated, keys: StampVectors.sessionKeys))
    var bytes = vector.bytes
    bytes[16] ^= 1
    #expect(answer(&reflector, bytes, try arrival()).outcome == .dropped(.stampAuthentication))
    #expect(reflector.sessionCount == 0)
    var keyless = SessionReflector(configuration: .init(mode: .authenticated))
    #expect(answer(&keyless, vector.bytes, try arrival()).outcome == .dropped(.stampAuthentication))
  }

  @Test("Answers are counted for each session, whatever the sender's numbers")
  func stateful() throws {
    var reflector = SessionReflector(configuration: .init())
    let numbers = try [5, 6, 9].map { sequence in
      ReflectorPacket(
        answer(&reflector, request(sequence: sequence), try arrival()).bytes, mode: .unauthenticated)?
        .sequenceNumber
    }
    #expect(numbers == [0, 1, 2])
    let other = answer(&reflector, request(ssid: 10), try arrival()).bytes
    #expect(ReflectorPacket(other, mode: .unauthenticated)?.sequenceNumber == 0)
  }

  @Test("A session without a place is answered statelessly")
  func stateless() throws {
    var reflector = SessionReflector(configuration: .init(sessionCapacity: 1))
    _ = answer(&reflector, request(ssid: 1), try arrival())
    let bytes = answer(
      &reflector, request(sequence: 77, ssid: 2, tail: "8005000c000000010000000000000000"), try arrival()
    ).bytes
    #expect(ReflectorPacket(bytes, mode: .unauthenticated)?.sequenceNumber == 77)
    #expect(bytes[44] == 0x80)
  }

  @Test("A reflector that is to be stateless answers with the sender's numbers, keeps nothing and counts for nobody")
  func asked() throws {
    var reflector = SessionReflector(configuration: .init(isStateful: false))
    for sequence: UInt32 in [5, 5, 9] {
      let bytes = answer(
        &reflector, request(sequence: sequence, tail: "8005000c000000010000000000000000"), try arrival()
      ).bytes
      #expect(ReflectorPacket(bytes, mode: .unauthenticated)?.sequenceNumber == sequence)
      #expect(bytes[44] == 0x80)
    }
    #expect(reflector.sessionCount == 0)
  }

  @Test("Where sessions are provisioned, others get no answer and no place")
  func provisioned() throws {
    let block = try #require(AddressBlock("192.0.2.0/24"))
    var reflector = SessionReflector(
      configuration: .init(provisioned: ProvisionedSessions([.init(ssid: 9, sources: [block])])))
    #expect(answer(&reflector, request(ssid: 10), try arrival()).outcome == .dropped(.stampUnprovisioned))
    #expect(
      answer(&reflector, request(), try arrival(from: "198.51.100.1:40000")).outcome
        == .dropped(.stampUnprovisioned))
    #expect(reflector.sessionCount == 0)
    #expect(answer(&reflector, request(), try arrival()).bytes.count == 44)
  }

  @Test("Sessions are told apart by both endpoints and the SSID")
  func identity() throws {
    var reflector = SessionReflector(configuration: .init())
    let others = [
      try arrival(), try arrival(from: "192.0.2.1:40001"), try arrival(from: "192.0.2.3:40000"),
      try arrival(to: "192.0.2.4:862"), try arrival(to: "192.0.2.2:863"),
    ]
    for arrival in others {
      let bytes = answer(&reflector, request(), arrival).bytes
      #expect(ReflectorPacket(bytes, mode: .unauthenticated)?.sequenceNumber == 0)
    }
    #expect(reflector.sessionCount == others.count)
  }

  @Test("A packet shorter than 44 octets, as TWAMP Light sends, is filled up with zeros", arguments: 14..<44)
  func short(byteCount: Int) throws {
    var reflector = SessionReflector(configuration: .init())
    // Random padding stands where the SSID would: it must not make a session of its own each time.
    let request = Array(request().prefix(14)) + (14..<44).map { UInt8($0) }
    let first = answer(&reflector, Array(request.prefix(byteCount)), try arrival())
    #expect(first.outcome == .answered(byteCount: 44, dscp: 0))
    let packet = try #require(ReflectorPacket(first.bytes, mode: .unauthenticated))
    #expect(packet.ssid == 0)
    #expect(packet.senderTimestamp.bits == 0x1122)
    _ = answer(&reflector, Array(request.prefix(14)) + [0xff, 0xff], try arrival())
    #expect(reflector.sessionCount == 1)
  }

  @Test("What is too short to be a request is not answered")
  func tooShort() throws {
    var reflector = SessionReflector(configuration: .init())
    #expect(answer(&reflector, Array(request().prefix(13)), try arrival()).outcome == .dropped(.truncated))
    #expect(answer(&reflector, [], try arrival()).outcome == .dropped(.truncated))
    var authenticated = SessionReflector(configuration: .init(mode: .authenticated, keys: SessionKeys(fallback: [1])))
    #expect(answer(&authenticated, request(), try arrival()).outcome == .dropped(.truncated))
  }

  @Test("A request longer than the response has room for is not answered")
  func tooLong() throws {
    var reflector = SessionReflector(configuration: .init())
    let request = [UInt8](repeating: 0, count: 2_049)
    #expect(answer(&reflector, request, try arrival()).outcome == .dropped(.tooLarge))
  }

  @Test("What must be zero or reserved is not looked at, and comes back as zero from the base")
  func reserved() throws {
    var reflector = SessionReflector(configuration: .init())
    var request = request(tail: "9f040004b803ffff")
    for place in 16..<44 { request[place] = 0xa5 }
    let bytes = answer(&reflector, request, try arrival()).bytes
    #expect(Array(bytes[38..<40]) == [0, 0])
    #expect(Array(bytes[41..<44]) == [0, 0, 0])
    #expect(Array(bytes[44...]) == [UInt8](hex: "00040004b8000000"))
  }

  @Test(
    "Crowds, privileged services and other reflectors are not answered",
    arguments: [
      ("192.0.2.1:862", "192.0.2.2:4862"), ("192.0.2.1:53", "192.0.2.2:862"), ("192.0.2.1:4862", "192.0.2.2:4862"),
      ("192.0.2.1:40000", "224.0.0.1:862"), ("192.0.2.1:40000", "255.255.255.255:862"),
      ("0.0.0.0:40000", "192.0.2.2:862"),
      ("[2001:db8::1]:40000", "[ff02::1]:862"),
    ])
  func forbidden(source: String, destination: String) throws {
    var reflector = SessionReflector(configuration: .init())
    let outcome = answer(&reflector, request(), try arrival(from: source, to: destination)).outcome
    #expect(outcome == .dropped(.stampForbiddenSource))
  }

  @Test(
    "An answer to our own answer is not answered, in either mode and whatever else it says",
    arguments: PacketMode.allCases)
  func loop(mode: PacketMode) throws {
    let keys = SessionKeys(fallback: [1])
    var one = SessionReflector(configuration: .init(mode: mode, keys: keys))
    var other = SessionReflector(configuration: .init(mode: mode, keys: keys))
    var forged = mode == .unauthenticated ? request() : [UInt8](repeating: 0, count: 112)
    if mode == .authenticated { forged.write { HMACSHA256(key: [UInt8]([1]).span.bytes).sealBase(of: &$0) } }
    // Ports that nothing else is known of.
    let (a, b) = ("192.0.2.1:4862", "192.0.2.2:5862")
    let first = answer(&one, forged, try arrival(from: b, to: a)).bytes
    #expect(first.count == forged.count)
    let second = answer(&other, first, try arrival(from: a, to: b, after: .milliseconds(20))).bytes
    #expect(second.count == forged.count)
    let third = answer(&one, second, try arrival(from: b, to: a, after: .milliseconds(40)))
    #expect(third.outcome == .dropped(.stampForbiddenSource))
  }

  @Test("A source over its rate is dropped before anything is computed or kept")
  func rateLimit() throws {
    var reflector = SessionReflector(
      configuration: .init(mode: .authenticated, keys: SessionKeys(fallback: [1]), sourceRate: 10, sourceBurst: 2))
    let request = [UInt8](repeating: 0, count: 112)
    let outcomes = try (0..<3).map { _ in answer(&reflector, request, try arrival()).outcome }
    #expect(outcomes == [.dropped(.stampAuthentication), .dropped(.stampAuthentication), .dropped(.rateLimited)])
  }

  @Test("Any bytes are answered or dropped, never trapped on")
  func anyBytes() throws {
    for keys in [SessionKeys(), SessionKeys(fallback: [1])] {
      var reflector = SessionReflector(configuration: .init(keys: keys, sourceBurst: 100_000))
      var state: UInt64 = 1
      for round in 0..<3_000 {
        let bytes: [UInt8] = (0..<round % 130).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return UInt8(truncatingIfNeeded: state >> 60)
        }
        let (outcome, answered) = answer(&reflector, bytes, try arrival())
        if case .answered = outcome { #expect(answered.count == max(44, bytes.count)) }
      }
    }
  }
}
