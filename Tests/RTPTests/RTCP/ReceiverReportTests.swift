import RTP
import Testing
import Wire

@Suite("Receiver report")
struct ReceiverReportTests {
  @Test("A report made elsewhere is read with its blocks")
  func read() throws {
    let bytes = Vectors.receiverReport
    let datagram = bytes.span.bytes
    let packet = try required(firstPacket(of: datagram))
    let report = ReceiverReport(packet, in: datagram)
    let blocks = (0..<3).map { ReceiverReport.block($0, of: packet, in: datagram) }
    #expect(report?.ssrc == 0xdeca_fbad)
    #expect(blocks == [ReportBlockTests.example, ReportBlockTests.mostLost, nil])
  }

  @Test("A report is the same as another implementation's, byte for byte")
  func write() {
    let blocks = [ReportBlockTests.example, ReportBlockTests.mostLost]
    let bytes = written { out in ReceiverReport(ssrc: 0xdeca_fbad).write(blocks.span, into: &out, at: 0) }
    #expect(bytes == Vectors.receiverReport)
  }

  @Test("Blocks beyond the 31st are left out")
  func many() throws {
    let blocks = [ReportBlock](repeating: ReportBlockTests.example, count: 40)
    let bytes = try required(
      written(capacity: 1200) { out in ReceiverReport(ssrc: 1).write(blocks.span, into: &out, at: 0) })
    #expect(bytes.count == 8 + 31 * ReportBlock.length)
    let packet = try required(firstPacket(of: bytes.span.bytes))
    let report = ReceiverReport(packet, in: bytes.span.bytes)
    #expect(packet.count == 31)
    #expect(report != nil)
  }
}
