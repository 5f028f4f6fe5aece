import Testing
import Wire

@testable import SRTP

/// Our transforms and libsrtp2's read each other.
@Suite struct LibSRTPSessionTests {
  /// A network that loses, delays and repeats: which of the packets sent arrive, in which order.
  struct Network {
    var state: UInt64

    mutating func bits() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }

    /// About 10 % lost, 10 % sent again later, and places up to eight apart exchanged.
    mutating func deliver(_ count: Int) -> [Int] {
      var order: [(place: Int, packet: Int)] = []
      for packet in 0..<count {
        if bits() % 10 == 0 { continue }
        order.append((packet + Int(bits() % 8), packet))
        if bits() % 10 == 0 { order.append((packet + 4 + Int(bits() % 16), packet)) }
      }
      return order.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
        .map(\.element.packet)
    }
  }

  /// Sequence numbers that go three times round in steps of up to 256.
  static func sequence(_ network: inout Network) -> [UInt16] {
    var numbers: [UInt16] = []
    var index = 65_400
    while index < 4 * 65_536 {
      numbers.append(UInt16(truncatingIfNeeded: index))
      // Slowly past each roll-over, so that loss and reordering fall on it.
      index += (index + 300) % 65_536 < 400 ? 1 : 1 + Int(network.bits() % 97)
    }
    return numbers
  }

  @Test(
    "libsrtp2 reads what we protect, over roll-overs, loss, reordering and repetition", arguments: SRTPProfile.allCases)
  func oursToLibSRTP(_ profile: SRTPProfile) throws {
    var network = Network(state: 3711)
    let numbers = Self.sequence(&network)
    var sender = SRTPSender(try Sample.master(profile))
    var session = try LibSRTPSession(try Sample.master(profile), .inbound)
    let packets = numbers.enumerated().map { Sample.packet($0.element, variant: $0.offset) }
    var protected: [[UInt8]] = []
    for packet in packets {
      // The head may hold some of the payload.
      let head = min(packet.count, (RTPLayout(packet.span.bytes)?.headerByteCount ?? 12) + Int(network.bits() % 9))
      protected.append(try #require(sender.protect(packet, headByteCount: head).bytes))
    }
    var received: Set<Int> = []
    for number in network.deliver(packets.count) {
      if received.insert(number).inserted {
        #expect(try session.unprotect(protected[number]) == packets[number])
      } else {
        #expect(throws: LibSRTPSession.Failure.self) { try session.unprotect(protected[number]) }
      }
    }
    #expect(received.count > packets.count * 8 / 10)
  }

  @Test(
    "We read what libsrtp2 protects, over roll-overs, loss, reordering and repetition", arguments: SRTPProfile.allCases)
  func libSRTPToOurs(_ profile: SRTPProfile) throws {
    var network = Network(state: 7714)
    let numbers = Self.sequence(&network)
    var session = try LibSRTPSession(try Sample.master(profile), .outbound)
    var receiver = SRTPReceiver(try Sample.master(profile))
    let packets = numbers.enumerated().map { Sample.packet($0.element, variant: $0.offset) }
    var protected: [[UInt8]] = []
    for packet in packets { protected.append(try session.protect(packet)) }
    var received: Set<Int> = []
    for number in network.deliver(packets.count) {
      if received.insert(number).inserted {
        #expect(receiver.unprotect(protected[number]) == .bytes(packets[number]))
      } else {
        #expect(receiver.unprotect(protected[number]) == .dropped(.srtpReplay))
      }
    }
    #expect(received.count > packets.count * 8 / 10)
  }

  @Test("RTCP is read both ways", arguments: SRTPProfile.allCases)
  func rtcp(_ profile: SRTPProfile) throws {
    var sender = SRTPSender(try Sample.master(profile))
    var receiver = SRTPReceiver(try Sample.master(profile, seed: 2))
    var inbound = try LibSRTPSession(try Sample.master(profile), .inbound)
    var outbound = try LibSRTPSession(try Sample.master(profile, seed: 2), .outbound)
    for round in 0..<300 {
      let report = Sample.report(ssrc: UInt32(round % 5), words: round % 40)
      let ours = try #require(sender.protectRTCP(report).bytes)
      #expect(try inbound.unprotectRTCP(ours) == report)
      let theirs = try outbound.protectRTCP(report)
      #expect(receiver.unprotectRTCP(theirs) == .bytes(report))
      #expect(receiver.unprotectRTCP(theirs) == .dropped(.srtcpReplay))
    }
  }

  @Test("Both refuse what was made with another key", arguments: SRTPProfile.allCases)
  func otherKey(_ profile: SRTPProfile) throws {
    var sender = SRTPSender(try Sample.master(profile))
    var session = try LibSRTPSession(try Sample.master(profile, seed: 2), .inbound)
    let protected = try #require(sender.protect(Sample.packet(1, variant: 4)).bytes)
    #expect(throws: LibSRTPSession.Failure.authentication) { try session.unprotect(protected) }
    var outbound = try LibSRTPSession(try Sample.master(profile), .outbound)
    var receiver = SRTPReceiver(try Sample.master(profile, seed: 2))
    let theirs = try outbound.protect(Sample.packet(1, variant: 4))
    #expect(receiver.unprotect(theirs) == .dropped(.srtpAuthentication))
  }
}
