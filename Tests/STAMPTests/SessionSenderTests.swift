import Cipher
import Testing
import Wire

@testable import STAMP

@Suite struct SessionSenderTests {
  @Test("An exchange gives all four times, the marking and the reflector's count", arguments: Pair.keys)
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
      #expect(reply.t1 == Pair.wall)
      #expect(reply.t2 == Pair.wall + .milliseconds(3))
      #expect(reply.t3 == Pair.wall + .milliseconds(4))
      #expect(reply.t4 == Pair.wall + .milliseconds(6))
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
    #expect(reply.t1 == Pair.wall + .milliseconds(2))
    #expect(reply.t4 == Pair.wall + .milliseconds(6))
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
      sequenceNumber: 0, transmitTimestamp: Timestamp(Pair.wall), errorEstimate: Pair.good,
      receiveTimestamp: Timestamp(Pair.wall), answering: packet, senderTTL: 1)
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

  @Test("Each end's times are read in that end's own format", arguments: TimestampFormat.allCases)
  func formats(format: TimestampFormat) throws {
    let estimate = ErrorEstimate(isSynchronized: true, errorNanoseconds: 1_000, format: format)
    var pair = Pair(.init(ssid: 7))
    let bytes = try pair.reflect(pair.sendPacket(at: .zero), at: .milliseconds(3), estimate: estimate)
    guard case .reply(let reply) = pair.receive(bytes, at: .milliseconds(6)) else {
      Issue.record("no reply")
      return
    }
    #expect(reply.t2 == Pair.wall + .milliseconds(3))
    #expect(reply.t3 == Pair.wall + .milliseconds(4))
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
