import STAMP
import Testing
import Wire

@Suite struct SenderPacketTests {
  @Test("The vectors are there")
  func vectorsAreThere() {
    #expect(StampVectors.requests.count == 4)
  }

  @Test("A session-sender's packet is read", arguments: StampVectors.requests)
  func read(vector: StampVectors.Request) throws {
    let packet = try #require(SenderPacket(vector.bytes, mode: vector.mode))
    #expect(packet.sequenceNumber == 8)
    #expect(packet.timestamp.bits == 0x1234_5678_075b_cd15)
    #expect(packet.errorEstimate.format == vector.format)
    #expect(packet.errorEstimate.nanoseconds == 1)
    #expect(!packet.errorEstimate.isSynchronized)
    #expect(packet.ssid == vector.ssid)
  }

  @Test("PTP timestamps of the vectors are decoded")
  func ptp() throws {
    let vector = try #require(StampVectors.requests.first { $0.format == .ptp })
    let packet = try #require(SenderPacket(vector.bytes, mode: vector.mode))
    let near = WallTime(seconds: 305_000_000)
    #expect(
      packet.timestamp.wallTime(format: .ptp, near: near)
        == WallTime(nanoseconds: (0x1234_5678 - 37) * 1_000_000_000 + 123_456_789))
  }

  @Test("What is written equals the vectors, byte for byte", arguments: StampVectors.requests)
  func write(vector: StampVectors.Request) throws {
    var bytes = [UInt8](repeating: 0xff, count: vector.mode.baseByteCount)
    let packet = SenderPacket(
      sequenceNumber: 8, timestamp: Timestamp(bits: 0x1234_5678_075b_cd15),
      errorEstimate: ErrorEstimate(bits: vector.format == .ptp ? 0x4001 : 0x0001), ssid: vector.ssid)
    bytes.write { packet.write(into: &$0, mode: vector.mode) }
    if vector.mode == .authenticated {
      bytes.write { StampVectors.sessionKeys[vector.ssid]?.sealBase(of: &$0) }
    }
    #expect(bytes == Array(vector.bytes.prefix(bytes.count)))
  }

  @Test("A packet shorter than its base is none", arguments: PacketMode.allCases)
  func short(mode: PacketMode) {
    let bytes = [UInt8](repeating: 0, count: mode.baseByteCount - 1)
    #expect(SenderPacket(bytes, mode: mode) == nil)
  }
}
