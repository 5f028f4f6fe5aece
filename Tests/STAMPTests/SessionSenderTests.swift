import Cipher
import Testing
import Wire

@testable import STAMP

@Suite struct SessionSenderTests {
  private static let wall = WallTime(seconds: 1_726_500_000)
  private static let good = ErrorEstimate(isSynchronized: true, errorNanoseconds: 1_000)

  /// A sender and a reflector that meet without a network.
  private struct Pair {
    var sender: SessionSender
    var reflector: SessionReflector
    var packet = [UInt8](repeating: 0xee, count: 1_500)
    var answer = [UInt8](repeating: 0xee, count: 1_500)

    init(_ configuration: SessionSender.Configuration, reflector: SessionReflector.Configuration = .init()) {
      sender = SessionSender(configuration: configuration, start: .zero)
      self.reflector = SessionReflector(configuration: reflector)
    }

    mutating func send(at time: Duration) -> SessionSender.Sent? {
      packet.write {
        sender.poll(now: .zero + time, wall: wall + time, errorEstimate: good, into: &$0)
      }
    }

    /// The packet that is due.
    mutating func sendPacket(at time: Duration) throws -> [UInt8] {
      let sent = send(at: time)
      return Array(packet.prefix(try #require(sent).byteCount))
    }

    mutating func reflect(
      _ request: [UInt8], at time: Duration, estimate: ErrorEstimate = good
    ) throws -> [UInt8] {
      let arrival = SessionReflector.Arrival(
        source: try #require(Endpoint("192.0.2.1:40000")), destination: try #require(Endpoint("192.0.2.2:862")),
        now: .zero + time, received: wall + time, transmitted: wall + time + .milliseconds(1),
        errorEstimate: estimate,
        hopLimit: 60, trafficClass: 46 << 2)
      let outcome = answer.write { reflector.reflect(request.span.bytes, arrival, into: &$0) }
      guard case .answered(let count, _) = outcome else { return [] }
      return Array(answer.prefix(count))
    }

    mutating func receive(_ bytes: [UInt8], at time: Duration) -> SessionSender.Outcome {
      sender.receive(bytes.span.bytes, arrived: .zero + time)
    }

    /// 3 ms there, 1 ms inside, 2 ms back.
    mutating func exchange(at time: Duration) throws -> SessionSender.Outcome {
      let bytes = try reflect(sendPacket(at: time), at: time + .milliseconds(3))
      return receive(bytes, at: time + .milliseconds(6))
    }
  }

  private static let keys: [[UInt8]?] = [nil, [1, 2, 3]]

  @Test("An exchange gives all four times, the marking and the reflector's count", arguments: keys)
  func exchange(key: [UInt8]?) throws {
    for mode in PacketMode.allCases where mode == .unauthenticated || key != nil {
      var pair = Pair(
        .init(ssid: 7, mode: mode, key: key, dscp: 46),
        reflector: .init(mode: mode, keys: SessionKeys(fallback: key)))
      guard case .reply(let reply) = try pair.exchange(at: .zero) else {
        Issue.record("no reply")
        continue
      }
      #expect(reply.sequence == 0)
      #expect(reply.reflectorSequence == 0)
      #expect(reply.isStateful)
      #expect(reply.roundTrip == 5_000_000)
      #expect(reply.t1 == Self.wall)
      #expect(reply.t2 == Self.wall + .milliseconds(3))
      #expect(reply.t3 == Self.wall + .milliseconds(4))
      #expect(reply.t4 == Self.wall + .milliseconds(6))
      #expect(reply.senderTTL == 60)
      #expect(reply.arrivedDSCP == 46)
      #expect(reply.errorEstimate.isSynchronized)
    }
  }

  @Test("A packet is on its way from when the kernel says it left, told once")
  func departure() throws {
    var pair = Pair(.init(ssid: 7))
    let request = try pair.sendPacket(at: .zero)
    pair.sender.departed(0, after: 2_000_000)
    pair.sender.departed(0, after: 2_000_000)
    pair.sender.departed(9, after: 2_000_000)
    let answer = try pair.reflect(request, at: .milliseconds(3))
    guard case .reply(let reply) = pair.receive(answer, at: .milliseconds(6)) else {
      Issue.record("no reply")
      return
    }
    #expect(reply.isDepartureStamped)
    #expect(reply.t1 == Self.wall + .milliseconds(2))
    #expect(reply.t4 == Self.wall + .milliseconds(6))
    #expect(reply.roundTrip == 3_000_000)
  }

  @Test("Packets are due every interval; missed ones are left out and told as lateness")
  func schedule() throws {
    var pair = Pair(.init(interval: .milliseconds(20), ssid: 7))
    #expect(pair.send(at: .milliseconds(-1)) == nil)
    #expect(pair.send(at: .zero)?.sequence == 0)
    #expect(pair.send(at: .milliseconds(19)) == nil)
    #expect(pair.sender.nextSend == .zero + .milliseconds(20))
    let late = pair.send(at: .milliseconds(75))
    #expect(late?.sequence == 1)
    #expect(late?.lateness == .milliseconds(55))
    #expect(pair.sender.nextSend == .zero + .milliseconds(80))
  }

  @Test(
    "Packets have the length asked for, where there is room for what they carry",
    arguments: [(0, 68), (68, 68), (71, 68), (72, 72), (172, 172), (1_400, 1_400)])
  func length(asked: Int, byteCount: Int) throws {
    var pair = Pair(.init(packetBytes: asked, ssid: 7))
    #expect(pair.send(at: .zero)?.byteCount == byteCount)
    #expect(pair.sender.byteCount == byteCount)
    #expect(pair.packet[byteCount] == 0xee)
    #expect(try TLV.all(in: Array(pair.packet.prefix(byteCount))).last?.end == byteCount)
  }

  @Test("Answers to what was not sent, or not so, are dropped")
  func unmatched() throws {
    var pair = Pair(.init(ssid: 7))
    let bytes = try pair.reflect(pair.sendPacket(at: .zero), at: .zero)
    // SSID, sender's sequence number, sender's timestamp.
    for place in [15, 27, 35] {
      var forged = bytes
      forged[place] ^= 1
      #expect(pair.receive(forged, at: .zero) == .dropped(.stampUnmatched))
    }
  }

  @Test("In authenticated mode a forged answer is dropped")
  func forged() throws {
    var pair = Pair(
      .init(ssid: 7, mode: .authenticated, key: [5]),
      reflector: .init(mode: .authenticated, keys: SessionKeys(fallback: [5])))
    var bytes = try pair.reflect(pair.sendPacket(at: .zero), at: .zero)
    bytes[20] ^= 1
    #expect(pair.receive(bytes, at: .zero) == .dropped(.stampAuthentication))
  }

  @Test("A reflector older than RFC 8972 answers with SSID 0 and TLVs as they were: its count is not relied on")
  func oldReflector() throws {
    var pair = Pair(.init(ssid: 7))
    var bytes = try pair.sendPacket(at: .zero)
    let packet = try #require(SenderPacket(bytes, mode: .unauthenticated))
    var base = ReflectorPacket(
      sequenceNumber: 0, transmitTimestamp: Timestamp(Self.wall), errorEstimate: Self.good,
      receiveTimestamp: Timestamp(Self.wall), answering: packet, senderTTL: 1)
    base.ssid = 0
    bytes.write { base.write(into: &$0, mode: .unauthenticated) }
    guard case .reply(let reply) = pair.receive(bytes, at: .milliseconds(1)) else {
      Issue.record("no reply")
      return
    }
    #expect(!reply.isStateful)
    #expect(reply.arrivedDSCP == nil)
  }

  @Test(
    "A sender that is to insist on its SSID sends no more once a reflector has returned none", arguments: [true, false])
  func stopsWithoutSSID(stops: Bool) throws {
    var pair = Pair(.init(ssid: 7, stopsWithoutSSID: stops))
    var bytes = try pair.reflect(pair.sendPacket(at: .zero), at: .zero)
    bytes[14] = 0
    bytes[15] = 0
    // The answer itself is one.
    guard case .reply = pair.receive(bytes, at: .milliseconds(1)) else {
      Issue.record("no reply")
      return
    }
    #expect((pair.sender.nextSend == .never) == stops)
    #expect((pair.send(at: .seconds(1)) == nil) == stops)
  }

  @Test("An answer without what TWAMP Light reflectors leave out is an answer")
  func shortAnswer() throws {
    var pair = Pair(.init(ssid: 7))
    let bytes = try pair.reflect(pair.sendPacket(at: .zero), at: .zero)
    #expect(pair.receive(Array(bytes.prefix(40)), at: .zero) == .dropped(.truncated))
    guard case .reply(let reply) = pair.receive(Array(bytes.prefix(41)), at: .milliseconds(2)) else {
      Issue.record("no reply")
      return
    }
    #expect(reply.senderTTL == 60)
    #expect(reply.arrivedDSCP == nil)
  }

  @Test(
    "What the RFCs want zero is zero, and each extension starts as a sender's: U set, M and I clear", arguments: keys)
  func packet(key: [UInt8]?) throws {
    for mode in PacketMode.allCases where mode == .unauthenticated || key != nil {
      var pair = Pair(.init(packetBytes: 300, ssid: 7, mode: mode, key: key, dscp: 46))
      for sequence in UInt8(0)..<3 {
        let bytes = try pair.sendPacket(at: .milliseconds(20 * Int(sequence)))
        #expect(bytes.count == 300)
        #expect(Array(bytes.prefix(4)) == [0, 0, 0, sequence])
        let ranges = mode == .unauthenticated ? [16..<44] : [4..<16, 28..<96]
        for range in ranges { #expect(bytes[range].allSatisfy { $0 == 0 }) }
        // The clock's format is NTP.
        #expect(bytes[mode == .unauthenticated ? 12 : 24] & 0x40 == 0)
        #expect(Array(bytes[mode == .unauthenticated ? 14..<16 : 26..<28]) == [0, 7])
        let tlvs = try TLV.all(in: bytes, mode: mode)
        #expect(tlvs.map(\.type) == (key == nil ? [4, 5, 3, 2, 1] : [4, 5, 3, 2, 8, 1]))
        #expect(tlvs.allSatisfy { $0.flags == .unrecognized })
        // 46, and nothing that is the reflector's to fill in.
        #expect(Array(bytes[tlvs[0].value]) == [0xb8, 0, 0, 0])
        #expect(Array(bytes[tlvs[1].value]) == [0, 0, 0, sequence + 1] + [UInt8](repeating: 0, count: 8))
        #expect(bytes[tlvs[2].value].allSatisfy { $0 == 0 })
        #expect(Array(bytes[tlvs[3].value]) == [0, 0, 0, 0, 0x80, 7, 0, 16] + [UInt8](repeating: 0, count: 16))
      }
    }
  }

  @Test("A reflector tells how it sees us and its clock, where packets have room to ask", arguments: keys)
  func view(key: [UInt8]?) throws {
    for mode in PacketMode.allCases where mode == .unauthenticated || key != nil {
      var pair = Pair(
        .init(packetBytes: 300, ssid: 7, mode: mode, key: key),
        reflector: .init(mode: mode, keys: SessionKeys(fallback: key)))
      _ = try pair.exchange(at: .zero)
      #expect(
        pair.sender.view
          == SessionSender.View(
            source: Endpoint("192.0.2.1:40000"),
            timestamps: TimestampInformation(source: TimestampInformation.Source.ntp, method: 2)))
      // Nothing of it where a byte was changed under an HMAC.
      let bytes = try pair.sendPacket(at: .milliseconds(20))
      var answer = try pair.reflect(bytes, at: .milliseconds(21))
      let location = try #require(try TLV.all(in: answer, mode: mode).first { $0.type == TLV.Kind.location })
      answer[location.value.lowerBound + 2] ^= 1
      _ = pair.receive(answer, at: .milliseconds(22))
      #expect((pair.sender.view == SessionSender.View()) == (key != nil))
    }
    var short = Pair(.init(packetBytes: 72, ssid: 7, key: key), reflector: .init(keys: SessionKeys(fallback: key)))
    #expect(try TLV.all(in: short.sendPacket(at: .zero)).allSatisfy { $0.type != TLV.Kind.location })
    var silent = Pair(.init(packetBytes: 300, ssid: 7), reflector: .init(tellsLocation: false))
    _ = try silent.exchange(at: .zero)
    #expect(silent.sender.view.source == nil)
    #expect(silent.sender.view.timestamps != nil)
  }

  @Test("Padding is zeros, or from a seed what no link can compress")
  func padding() throws {
    func padding(_ seed: UInt64?) throws -> [[UInt8]] {
      var pair = Pair(.init(packetBytes: 300, ssid: 7, paddingSeed: seed))
      return try (0..<2).map { index in
        let bytes = try pair.sendPacket(at: .milliseconds(20 * index))
        let last = try #require(try TLV.all(in: bytes).last)
        return Array(bytes[last.value])
      }
    }
    let zeros = try padding(nil)
    #expect(zeros.joined().allSatisfy { $0 == 0 })
    let random = try padding(5)
    #expect(random[0] != random[1])
    #expect(Set(random[0]).count > 100)
    #expect(random[0].suffix(3) != [0, 0, 0])
    #expect(try padding(5) == random)
  }

  @Test("A flag of the reflector's stops what it is to stop: U its TLV, M what follows, I all")
  func flags() throws {
    func seen(_ change: (inout [UInt8]) -> Void) throws -> (dscp: UInt8?, isStateful: Bool) {
      var pair = Pair(.init(ssid: 7))
      var bytes = try pair.reflect(pair.sendPacket(at: .zero), at: .zero)
      change(&bytes)
      guard case .reply(let reply) = pair.receive(bytes, at: .milliseconds(1)) else { return (255, false) }
      return (reply.arrivedDSCP, reply.isStateful)
    }
    // Class of Service at 44, Direct Measurement at 52.
    #expect(try seen { _ in } == (46, true))
    #expect(try seen { $0[44] = 0x80 } == (nil, true))
    #expect(try seen { $0[52] = 0x80 } == (46, false))
    #expect(try seen { $0[44] = 0x40 } == (nil, false))
    #expect(try seen { $0[52] = 0x40 } == (46, false))
    #expect(try seen { $0[52] = 0x20 } == (nil, false))
    // Flags without a meaning have none.
    #expect(try seen { $0[44] = 0x1f } == (46, true))
    // A length that is not the type's.
    #expect(try seen { $0[47] = 3 } == (nil, false))
  }

  @Test("A count that differs from the sender's shows that the reflector counts")
  func provenStateful() throws {
    var pair = Pair(.init(ssid: 7))
    _ = try pair.exchange(at: .zero)
    _ = pair.send(at: .milliseconds(20))
    guard case .reply(let reply) = try pair.exchange(at: .milliseconds(40)) else {
      Issue.record("no reply")
      return
    }
    #expect(reply.sequence == 2)
    #expect(reply.reflectorSequence == 1)
    #expect(reply.isStateful)
  }

  @Test("TLVs of doubtful integrity are not used; the answer still counts")
  func doubtfulTLVs() throws {
    var pair = Pair(.init(ssid: 7, key: [1]), reflector: .init(keys: SessionKeys(fallback: [2])))
    guard case .reply(let reply) = try pair.exchange(at: .zero) else {
      Issue.record("no reply")
      return
    }
    #expect(reply.arrivedDSCP == nil)
    #expect(!reply.isStateful)
  }

  @Test("An answer whose TLVs were changed on the way still counts, and none of them does")
  func tamperedTLVs() throws {
    for mode in PacketMode.allCases {
      var pair = Pair(
        .init(ssid: 7, mode: mode, key: [1]), reflector: .init(mode: mode, keys: SessionKeys(fallback: [1])))
      var bytes = try pair.reflect(pair.sendPacket(at: .zero), at: .zero)
      bytes[mode.baseByteCount + 5] ^= 0x10
      guard case .reply(let reply) = pair.receive(bytes, at: .milliseconds(1)) else {
        Issue.record("no reply")
        continue
      }
      #expect(reply.arrivedDSCP == nil)
      #expect(!reply.isStateful)
    }
  }

  @Test("Each end's times are read in that end's own format", arguments: TimestampFormat.allCases)
  func formats(format: TimestampFormat) throws {
    let estimate = ErrorEstimate(isSynchronized: true, errorNanoseconds: 1_000, format: format)
    var pair = Pair(.init(ssid: 7))
    let bytes = try pair.reflect(pair.sendPacket(at: .zero), at: .milliseconds(3), estimate: estimate)
    guard case .reply(let reply) = pair.receive(bytes, at: .milliseconds(6)) else {
      Issue.record("no reply")
      return
    }
    #expect(reply.t2 == Self.wall + .milliseconds(3))
    #expect(reply.t3 == Self.wall + .milliseconds(4))
    #expect(reply.roundTrip == 5_000_000)
  }

  @Test("What must be zero in an answer is not looked at")
  func reserved() throws {
    for mode in PacketMode.allCases {
      let key: [UInt8] = [1]
      var pair = Pair(
        .init(ssid: 7, mode: mode, key: key), reflector: .init(mode: mode, keys: SessionKeys(fallback: key)))
      var bytes = try pair.reflect(pair.sendPacket(at: .zero), at: .zero)
      let places =
        mode == .unauthenticated ? [38..<40, 41..<44] : [4..<16, 28..<32, 40..<48, 52..<64, 74..<80, 81..<96]
      for place in places.joined() { bytes[place] = 0xa5 }
      if mode == .authenticated { bytes.write { HMACSHA256(key: key.span.bytes).sealBase(of: &$0) } }
      guard case .reply(let reply) = pair.receive(bytes, at: .milliseconds(2)) else {
        Issue.record("no reply")
        continue
      }
      #expect(reply.roundTrip == 1_000_000)
      #expect(reply.arrivedDSCP == 46)
    }
  }

  @Test("A reflector whose times cannot be takes nothing off the round trip")
  func absurdTimes() throws {
    var pair = Pair(.init(ssid: 7))
    var bytes = try pair.reflect(pair.sendPacket(at: .zero), at: .zero)
    for place in 4..<12 { bytes[place] = 0xff }
    guard case .reply(let reply) = pair.receive(bytes, at: .milliseconds(9)) else {
      Issue.record("no reply")
      return
    }
    #expect(reply.roundTrip == 9_000_000)
  }

  @Test("A number no higher than one that had come before the packet left proves that the reflector began anew")
  func restarts() throws {
    var pair = Pair(.init(ssid: 7))
    func restartsSeen(_ outcome: SessionSender.Outcome) -> UInt32? {
      if case .reply(let reply) = outcome { reply.reflectorRestarts } else { nil }
    }
    for index in 0..<5 { #expect(restartsSeen(try pair.exchange(at: .milliseconds(20 * index))) == 0) }
    // Two packets are on their way when the reflector is replaced: one is answered by each.
    let first = try pair.reflect(pair.sendPacket(at: .milliseconds(100)), at: .milliseconds(103))
    let secondRequest = try pair.sendPacket(at: .milliseconds(120))
    pair.reflector = SessionReflector(configuration: .init())
    let second = try pair.reflect(secondRequest, at: .milliseconds(123))
    #expect(restartsSeen(pair.receive(second, at: .milliseconds(126))) == 1)
    #expect(restartsSeen(pair.receive(first, at: .milliseconds(130))) == 0)
    for index in 7..<12 { #expect(restartsSeen(try pair.exchange(at: .milliseconds(20 * index))) == 1) }
    pair.reflector = SessionReflector(configuration: .init())
    #expect(restartsSeen(try pair.exchange(at: .milliseconds(240))) == 2)
  }

  @Test("Answers that overtake one another prove no restart")
  func overtaking() throws {
    var pair = Pair(.init(ssid: 7))
    _ = try pair.exchange(at: .zero)
    let first = try pair.sendPacket(at: .milliseconds(20))
    let second = try pair.sendPacket(at: .milliseconds(40))
    let third = try pair.sendPacket(at: .milliseconds(60))
    for request in [third, first, second] {
      let answer = try pair.reflect(request, at: .milliseconds(70))
      guard case .reply(let reply) = pair.receive(answer, at: .milliseconds(80)) else {
        Issue.record("no reply")
        return
      }
      #expect(reply.reflectorRestarts == 0)
    }
  }
}
