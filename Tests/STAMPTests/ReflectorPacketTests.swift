import STAMP
import Testing
import Wire

@Suite struct ReflectorPacketTests {
  private static let packet = ReflectorPacket(
    sequenceNumber: 0x0102_0304, transmitTimestamp: Timestamp(bits: 0x1112_1314_1516_1718),
    errorEstimate: ErrorEstimate(bits: 0x8aff), receiveTimestamp: Timestamp(bits: 0x2122_2324_2526_2728),
    answering: SenderPacket(
      sequenceNumber: 0x3132_3334, timestamp: Timestamp(bits: 0x4142_4344_4546_4748),
      errorEstimate: ErrorEstimate(bits: 0x5152), ssid: 0x6162),
    senderTTL: 0x71)

  private func written(_ mode: PacketMode) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xff, count: mode.baseByteCount)
    bytes.write { Self.packet.write(into: &$0, mode: mode) }
    return bytes
  }

  @Test("Every field is where RFC 8762 section 4.3 has it")
  func unauthenticated() {
    let expected = [UInt8](
      hex: """
        01020304 1112131415161718 8aff 6162 2122232425262728 31323334 4142434445464748 5152 0000 71 000000
        """)
    #expect(written(.unauthenticated) == expected)
  }

  @Test("Every field of the authenticated layout is where RFC 8762 section 4.3 has it")
  func authenticated() {
    let expected = [UInt8](
      hex: """
        01020304 000000000000000000000000 1112131415161718 8aff 6162 00000000
        2122232425262728 0000000000000000 31323334 000000000000000000000000 4142434445464748 5152 000000000000
        71 000000000000000000000000000000 00000000000000000000000000000000
        """)
    #expect(written(.authenticated) == expected)
  }

  @Test("What is written is read", arguments: PacketMode.allCases)
  func roundTrip(mode: PacketMode) {
    #expect(ReflectorPacket(written(mode), mode: mode) == Self.packet)
    // What follows the TTL in an unauthenticated answer may be missing.
    let least = mode == .unauthenticated ? 41 : 112
    #expect(ReflectorPacket(Array(written(mode).prefix(least)), mode: mode) == Self.packet)
    #expect(ReflectorPacket(Array(written(mode).prefix(least - 1)), mode: mode) == nil)
  }
}
