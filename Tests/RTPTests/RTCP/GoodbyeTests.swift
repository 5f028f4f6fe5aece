import RTP
import Testing
import Wire

@Suite("Goodbye")
struct GoodbyeTests {
  @Test("Every source of a goodbye made elsewhere is read")
  func read() throws {
    let bytes = Vectors.goodbye
    let datagram = bytes.span.bytes
    let packet = try required(firstPacket(of: datagram))
    let goodbye = try required(Goodbye(packet, in: datagram))
    let sources = (0..<goodbye.count).map { goodbye.ssrc($0, in: datagram) }
    #expect(sources == [1, 0xdeca_fbad])
  }

  @Test("A goodbye of one source is eight bytes")
  func write() {
    #expect(written { out in Goodbye.write(ssrc: 1, into: &out, at: 0) } == hex("81cb0001 00000001"))
    #expect(written(capacity: 7) { out in Goodbye.write(ssrc: 1, into: &out, at: 0) } == nil)
  }

  @Test("A goodbye shorter than its sources is refused")
  func truncation() throws {
    let bytes = hex("82cb0001 00000001")
    let packet = try required(firstPacket(of: bytes.span.bytes))
    let goodbye = Goodbye(packet, in: bytes.span.bytes)
    #expect(goodbye == nil)
  }
}
