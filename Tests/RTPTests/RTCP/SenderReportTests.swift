import RTP
import Testing
import Wire

@Suite("Sender report")
struct SenderReportTests {
  private static let example = SenderReport(
    ssrc: 0xdeca_fbad, ntpTime: NTPTime(bits: 0xe1b2_c3d4_8000_0000), rtpTimestamp: 0x1234_5678, packetCount: 1000,
    octetCount: 160_000)

  @Test("A report made elsewhere is read with its block")
  func read() throws {
    let bytes = Vectors.senderReport
    let datagram = bytes.span.bytes
    let packet = try required(firstPacket(of: datagram))
    let report = SenderReport(packet, in: datagram)
    let block = SenderReport.block(0, of: packet, in: datagram)
    let beyond = SenderReport.block(1, of: packet, in: datagram)
    #expect(report == Self.example)
    #expect(block == ReportBlockTests.example)
    #expect(beyond == nil)
  }

  @Test("A report is the same as another implementation's, byte for byte")
  func write() {
    let blocks = [ReportBlockTests.example]
    let bytes = written { out in Self.example.write(blocks.span, into: &out, at: 0) }
    #expect(bytes == Vectors.senderReport)
  }

  @Test("Without blocks it is 28 bytes; without room nothing")
  func bounds() {
    #expect(written(capacity: 28) { out in Self.example.write(into: &out, at: 0) }?.count == 28)
    #expect(written(capacity: 27) { out in Self.example.write(into: &out, at: 0) } == nil)
    #expect(written(capacity: 28) { out in Self.example.write(into: &out, at: 1) } == nil)
  }

  @Test("A report shorter than its blocks is refused")
  func truncation() throws {
    let bytes = hex("81c80006") + Vectors.senderReport[4..<28]
    let packet = try required(firstPacket(of: bytes.span.bytes))
    let report = SenderReport(packet, in: bytes.span.bytes)
    let block = SenderReport.block(0, of: packet, in: bytes.span.bytes)
    #expect(report == nil)
    #expect(block == nil)
  }
}
