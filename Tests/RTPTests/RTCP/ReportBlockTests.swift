import RTP
import Testing
import Wire

@Suite("Report block")
struct ReportBlockTests {
  static let example = ReportBlock(
    ssrc: 0x0102_0304, fractionLost: 51, cumulativeLost: -3, extendedHighestSequenceNumber: 0x0001_fffe, jitter: 400,
    lastSenderReport: 0x1122_3344, delaySinceLastSenderReport: 65536)
  static let mostLost = ReportBlock(
    ssrc: 0xa1a2_a3a4, fractionLost: 0, cumulativeLost: 0x7f_ffff, extendedHighestSequenceNumber: 7, jitter: 0,
    lastSenderReport: 0, delaySinceLastSenderReport: 0)

  @Test(
    "Losses beyond 24 bits are held at the ends",
    arguments: [(Int32.max, 0x7f_ffff), (Int32.min, -0x80_0000)] as [(Int32, Int32)])
  func held(lost: Int32, expected: Int32) throws {
    var block = Self.example
    block.cumulativeLost = lost
    let blocks = [block]
    let bytes = try required(
      written { out in ReceiverReport(ssrc: 1).write(blocks.span, into: &out, at: 0) })
    let packet = try required(firstPacket(of: bytes.span.bytes))
    let read = ReceiverReport.block(0, of: packet, in: bytes.span.bytes)
    #expect(read?.cumulativeLost == expected)
  }

  @Test("The example of RFC 3550 figure 2 has a round trip of 6.125 s")
  func roundTrip() {
    var block = Self.example
    block.lastSenderReport = 0xb705_2000
    block.delaySinceLastSenderReport = 0x0005_4000
    #expect(block.roundTrip(at: 0xb710_8000) == 0x0006_2000)
  }

  @Test("There is no round trip before a sender report, nor a negative one")
  func noRoundTrip() {
    var block = Self.example
    block.lastSenderReport = 0
    #expect(block.roundTrip(at: 0xb710_8000) == nil)
    block.lastSenderReport = 0xb710_8001
    block.delaySinceLastSenderReport = 0
    #expect(block.roundTrip(at: 0xb710_8000) == nil)
  }
}
