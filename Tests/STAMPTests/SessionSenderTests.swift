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

    mutating func reflect(_ request: [UInt8], at time: Duration) throws -> [UInt8] {
      let arrival = SessionReflector.Arrival(
        source: try #require(Endpoint("192.0.2.1:40000")), destination: try #require(Endpoint("192.0.2.2:862")),
        now: .zero + time, received: wall + time, transmitted: wall + time + .milliseconds(1), errorEstimate: good,
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
    #expect(pair.receive(Array(bytes.prefix(43)), at: .zero) == .dropped(.truncated))
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
