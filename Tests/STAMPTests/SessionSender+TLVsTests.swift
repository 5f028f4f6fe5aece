import Cipher
import Testing
import Wire

@testable import STAMP

@Suite("What a sender asks for by TLVs, and what it takes of the answers")
struct SessionSenderTLVsTests {
  @Test(
    "What the RFCs want zero is zero, and each extension starts as a sender's: U set, M and I clear",
    arguments: Pair.keys)
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

  @Test("A reflector tells how it sees us and its clock, where packets have room to ask", arguments: Pair.keys)
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

  @Test("Where it is to and packets have room, it asks when answers left, and learns of each how long after its T3")
  func departures() throws {
    var pair = Pair(.init(packetBytes: 300, ssid: 7, asksForDepartures: true))
    let tlv = try #require(try TLV.all(in: pair.sendPacket(at: .zero)).first { $0.type == TLV.Kind.followUpTelemetry })
    #expect(tlv.length == 16)
    var delays: [Int64?] = []
    for index in 1...4 {
      let time = Duration.milliseconds(20 * index)
      let request = try pair.sendPacket(at: time)
      #expect(request[tlv.value].allSatisfy { $0 == 0 })
      let answer = try pair.reflect(request, at: time)
      if let awaited = pair.awaited {
        // T3 is 1 ms after the arrival.
        pair.reflector.departed(awaited, at: Pair.wall + time + .microseconds(1_000 + 50 * index), method: 2)
      }
      // The third answer is lost.
      guard index != 3, case .reply(let reply) = pair.receive(answer, at: time + .milliseconds(2)) else { continue }
      delays.append(reply.previousDelay)
    }
    #expect(delays.count == 3 && delays[0] == nil && delays[2] == nil)
    #expect(abs(try #require(delays[1]) - 50_000) <= 1)
    for (bytes, asks) in [(300, false), (120, true)] {
      var other = Pair(.init(packetBytes: bytes, ssid: 7, asksForDepartures: asks))
      #expect(try TLV.all(in: other.sendPacket(at: .zero)).allSatisfy { $0.type != TLV.Kind.followUpTelemetry })
    }
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
}
