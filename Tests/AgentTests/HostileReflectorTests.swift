import Cipher
import Glibc
import STAMP
import Testing
import Transport
import Wire

@testable import Agent

/// A live reflector and datagrams that are not what they should be, clause by clause of RFC 8762 and RFC 8972.
@Suite("The reflector and strangers")
struct HostileReflectorTests {
  /// One socket that asks the reflector. Loopback keeps datagrams in order: an answer to a good packet behind a bad one
  /// shows that the bad one got none.
  final class Stranger {
    private var socket: UDPSocket
    private let loop: EventLoop
    private let reflector: Endpoint

    init(_ reflector: Endpoint, port: UInt16 = 0) throws {
      socket = try UDPSocket(bindingTo: Endpoint(address: .loopbackV4, port: port))
      loop = try EventLoop()
      try loop.watch(socket.descriptor, token: 0)
      self.reflector = reflector
    }

    var descriptor: Int32 { socket.descriptor }

    func send(_ request: [UInt8], to destination: Endpoint? = nil) {
      var outgoing = SendBatch(datagrams: 1, bytes: 9_216)
      let isAdded = outgoing.append(request.span.bytes, to: destination ?? reflector)
      #expect(isAdded)
      let summary = socket.flush(&outgoing)
      #expect(summary.sent == 1)
    }

    /// The next answer.
    func answer() throws -> [UInt8] {
      var batch = ReceiveBatch(messages: 1, bytesPerMessage: 9_216)
      for _ in 0..<2 {
        if socket.receive(into: &batch), let datagram = batch.next() { return batch.bytes(of: datagram).bytes() }
        _ = loop.wait(until: SystemClock.now + .seconds(20))
      }
      throw NoAnswer()
    }

    struct NoAnswer: Error {}

    func ask(_ request: [UInt8]) throws -> [UInt8] {
      send(request)
      return try answer()
    }

    /// Whether `request` goes without an answer: the next one is that to a good packet, known by its number.
    func isIgnored(_ request: [UInt8], then good: [UInt8] = packet(sequence: 4_711)) throws -> Bool {
      send(request)
      return try Array(ask(good)[(good.count == 112 ? 48 : 24)...].prefix(4)) == Array(good.prefix(4))
    }
  }

  private static let key = [UInt8](repeating: 7, count: 16)

  private static func reflector(
    _ sessions: SessionReflector.Configuration = .init(), listen: Endpoint = loopback
  ) throws -> Reflector {
    try Reflector(ReflectorConfiguration(listen: listen, sessions: sessions))
  }

  /// A packet in unauthenticated mode with TLVs.
  private static func packet(sequence: UInt32 = 1, ssid: UInt16 = 9, tail: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u32: sequence)
    bytes.append(u64: NTPTime(SystemClock.wallTime).bits)
    bytes.append(u16: 0x8001)
    bytes.append(u16: ssid)
    return bytes + [UInt8](repeating: 0, count: 28) + tail
  }

  /// The same in authenticated mode, sealed.
  private static func sealed(sequence: UInt32 = 4_711, ssid: UInt16 = 9, tail: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u32: sequence)
    bytes += [UInt8](repeating: 0, count: 12)
    bytes.append(u64: NTPTime(SystemClock.wallTime).bits)
    bytes.append(u16: 0x8001)
    bytes.append(u16: ssid)
    bytes += [UInt8](repeating: 0, count: 84)
    bytes += tail
    var span = bytes.mutableSpan
    var packet = span.mutableBytes
    HMACSHA256(key: key.span.bytes).sealBase(of: &packet)
    return bytes
  }

  private static func tlv(_ type: UInt8, _ value: [UInt8], flags: UInt8 = 0x80, length: Int? = nil) -> [UInt8] {
    let length = length ?? value.count
    return [flags, type, UInt8(length >> 8), UInt8(length & 255)] + value
  }

  @Test("No answer is longer than its request, but what RFC 8762 section 4.6 fills up to a base packet")
  func lengths() async throws {
    let reflector = try Self.reflector()
    let stranger = try Stranger(reflector.endpoint)
    let long = Self.packet() + Self.tlv(12, [UInt8](repeating: 0xff, count: 12)) + [UInt8](repeating: 1, count: 7_000)
    for count in [14, 15, 43, 44, 45, 47, 48, 172, 1_472, 7_000] {
      #expect(try stranger.ask(Array(long.prefix(count))).count == max(count, 44))
    }
    for count in [0, 1, 4, 13] { #expect(try stranger.isIgnored(Array(long.prefix(count)))) }
    #expect(try await eventually { reflector.counts.drops[.truncated] == 4 })
  }

  @Test("What must be zero is not looked at, and is zero in the answer")
  func mustBeZero() throws {
    let reflector = try Self.reflector()
    let stranger = try Stranger(reflector.endpoint)
    let request = Array(Self.packet().prefix(16)) + [UInt8](repeating: 0xee, count: 28)
    let answer = try stranger.ask(request)
    #expect(Array(answer[38..<40]) == [0, 0])
    #expect(Array(answer[41..<44]) == [0, 0, 0])
    #expect(Array(answer[14..<16]) == [0, 9])
  }

  @Test("TLVs nobody knows come back with U, those that do not fit with M and all behind as it was")
  func malformed() throws {
    let reflector = try Self.reflector()
    let stranger = try Stranger(reflector.endpoint)
    let behind = Self.tlv(4, [1, 2, 3, 4], flags: 0xc5)
    let cases: [(sent: [UInt8], flags: UInt8)] = [
      (Self.tlv(200, [1, 2]), 0x80), (Self.tlv(0, []), 0x80), (Self.tlv(1, [9, 9, 9]), 0x00),
      // Requests for longer answers (RFC 8972's successors) are not known here.
      (Self.tlv(12, [UInt8](repeating: 0xff, count: 12)), 0x80), (Self.tlv(10, [0, 0, 0, 0]), 0x80),
      // Access Report is not built.
      (Self.tlv(6, [0x10, 1, 0, 0]), 0x80),
    ]
    for (sent, flags) in cases {
      let answer = try stranger.ask(Self.packet(tail: sent + Self.tlv(1, [])))
      #expect(Array(answer[44...]) == [flags] + sent.dropFirst() + [0, 1, 0, 0], "\(sent)")
    }
    for sent in [
      Self.tlv(4, [1, 2, 3]), Self.tlv(5, [1, 2, 3, 4]), Self.tlv(4, []), Self.tlv(2, [0, 0, 0]),
      Self.tlv(2, [0, 0, 0, 0, 0x80]), Self.tlv(3, [0, 0, 0, 0, 0]), Self.tlv(4, [1], length: 0xffff),
      Self.tlv(200, [], length: 100), Self.tlv(1, [], length: 9),
    ] {
      let answer = try stranger.ask(Self.packet(tail: sent + behind))
      #expect(answer[44] & 0x40 == 0x40, "\(sent)")
      #expect(Array(answer[45...]) == sent.dropFirst() + behind, "\(sent)")
    }
    // Less than a header is left.
    let cut = try stranger.ask(Self.packet(tail: [0x80, 4, 0]))
    #expect(cut.count == 47)
  }

  @Test("TLVs whose HMAC is wrong or stands elsewhere than last come back with I, unused; padding may follow it")
  func integrity() throws {
    let reflector = try Self.reflector(.init(keys: SessionKeys(fallback: Self.key)))
    let stranger = try Stranger(reflector.endpoint)
    let service = Self.tlv(4, [0xb8, 0, 0, 0])
    let wrong = Self.tlv(8, [UInt8](repeating: 1, count: 16))
    for tail in [service + wrong, wrong + service, service + wrong + Self.tlv(1, [0, 0]), service + Self.tlv(8, [1])] {
      let answer = try stranger.ask(Self.packet(tail: tail))
      #expect(answer.count == 44 + tail.count)
      var offset = 44
      while offset < answer.count {
        #expect(answer[offset] & 0x20 == 0x20)
        offset += 4 + Int(answer[offset + 2]) << 8 + Int(answer[offset + 3])
      }
      // Neither the marking that was asked for nor that of the arrival was written.
      let place = tail.starts(with: service) ? 48 : 68
      #expect(Array(answer[place..<(place + 4)]) == [0xb8, 0, 0, 0])
    }
  }

  @Test("In authenticated mode a wrong HMAC, an unsealed packet and a short one get no answer and no session")
  func authentication() async throws {
    let reflector = try Self.reflector(
      .init(mode: .authenticated, keys: SessionKeys(fallback: Self.key), sessionCapacity: 1))
    let stranger = try Stranger(reflector.endpoint)
    let good = Self.sealed()
    for place in [0, 16, 26, 60, 96, 111] {
      var forged = Self.sealed(sequence: 3, ssid: 1)
      forged[place] ^= 1
      #expect(try stranger.isIgnored(forged, then: good))
    }
    #expect(try stranger.isIgnored(Self.packet(), then: good))
    #expect(try stranger.isIgnored(Array(good.prefix(111)), then: good))
    #expect(try await eventually { reflector.counts.drops[.stampAuthentication] == 6 })
    // The one place is the good session's: it was counted from its first packet on.
    #expect(try Array(stranger.ask(good).prefix(4)) == [0, 0, 0, 8])
    // TLVs without an HMAC TLV: the base is answered, the TLVs are not used.
    let answer = try stranger.ask(Self.sealed(tail: Self.tlv(4, [0xb8, 0, 0, 0])))
    #expect(Array(answer[112...]) == [0xa0, 4, 0, 4, 0xb8, 0, 0, 0])
  }

  @Test("Sessions beyond the table are answered with the sender's own number, those in it go on")
  func sessions() throws {
    let reflector = try Self.reflector(.init(sessionCapacity: 2))
    let stranger = try Stranger(reflector.endpoint)
    for ssid in UInt16(1)...2 {
      #expect(try Array(stranger.ask(Self.packet(sequence: 70, ssid: ssid)).prefix(4)) == [0, 0, 0, 0])
    }
    for ssid in UInt16(3)...50 {
      #expect(try Array(stranger.ask(Self.packet(sequence: 70, ssid: ssid)).prefix(4)) == [0, 0, 0, 70])
    }
    #expect(try Array(stranger.ask(Self.packet(sequence: 71, ssid: 1)).prefix(4)) == [0, 0, 0, 1])
  }

  @Test("A source over its rate gets its burst and no more, and another is answered meanwhile")
  func rate() async throws {
    let reflector = try Self.reflector(.init(sourceRate: 1, sourceBurst: 5))
    let flood = try Stranger(reflector.endpoint)
    for sequence in 0..<100 { flood.send(Self.packet(sequence: UInt32(sequence))) }
    #expect(try await eventually { reflector.counts.answered + reflector.counts.drops[.rateLimited] == 100 })
    #expect(reflector.counts.drops[.rateLimited] >= 90)
    let answered = reflector.counts.answered
    // 127.0.0.2 is another source.
    let socket = try UDPSocket(bindingTo: Endpoint(address: try #require(IPAddress("127.0.0.2")), port: 0))
    var outgoing = SendBatch(datagrams: 1, bytes: 9_216)
    let packet = Self.packet()
    let isAdded = outgoing.append(packet.span.bytes, to: reflector.endpoint)
    #expect(isAdded)
    let summary = socket.flush(&outgoing)
    #expect(summary.sent == 1)
    #expect(try await eventually { reflector.counts.answered > answered })
  }

  @Test("An answer, ours or another reflector's to ours, begins no loop")
  func loops() async throws {
    let reflector = try Self.reflector()
    let stranger = try Stranger(reflector.endpoint)
    let ours = try stranger.ask(Self.packet(sequence: 1))
    // Another reflector would answer thus: our number and times where the sender's stand.
    let theirs =
      Array(Self.packet(sequence: 0, ssid: 9).prefix(16)) + ours[4..<12] + ours[0..<4] + ours[4..<14]
      + [0, 0, 255, 0, 0, 0]
    #expect(theirs.count == 44)
    #expect(try stranger.isIgnored(theirs))
    #expect(try await eventually { reflector.counts.drops[.stampForbiddenSource] == 1 })
  }

  @Test("What was sent to a group is not answered")
  func multicast() async throws {
    let reflector = try Self.reflector(listen: Endpoint(address: .anyV4, port: 0))
    let stranger = try Stranger(Endpoint(address: .loopbackV4, port: reflector.endpoint.port))
    var interface = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
    setsockopt(
      stranger.descriptor, Int32(IPPROTO_IP), IP_MULTICAST_IF, &interface, socklen_t(MemoryLayout<in_addr>.size))
    let everyone = Endpoint(address: try #require(IPAddress("224.0.0.1")), port: reflector.endpoint.port)
    stranger.send(Self.packet(), to: everyone)
    #expect(try await eventually { reflector.counts.drops[.stampForbiddenSource] == 1 })
    #expect(reflector.counts.answered == 0)
    #expect(try stranger.ask(Self.packet(sequence: 5)).count == 44)
  }
}
