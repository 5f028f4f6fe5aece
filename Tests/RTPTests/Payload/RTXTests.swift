import RTP
import Testing
import Wire

@Suite("RTX payload")
struct RTXTests {
  @Test("The original sequence number stands before the original payload")
  func vector() throws {
    let bytes = Vectors.rtxPacket
    let packet = bytes.span.bytes
    let header = try required(RTPHeader(packet))
    let payload = packet.extracting(header.payloadOffset..<packet.byteCount)
    let original = RTX.originalSequenceNumber(payload)
    let rest = payload.extracting(RTX.headerLength..<payload.byteCount).bytes()
    #expect(original == 65535)
    #expect(rest == [0xf8, 0xff, 0xfe])
  }

  @Test("A payload of padding only has none", arguments: [[], [1]] as [[UInt8]])
  func padding(payload: [UInt8]) {
    let original = RTX.originalSequenceNumber(payload.span.bytes)
    #expect(original == nil)
  }
}
