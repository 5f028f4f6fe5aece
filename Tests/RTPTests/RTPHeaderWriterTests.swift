import RTP
import Testing
import Wire

@Suite("RTP header writer")
struct RTPHeaderWriterTests {
  /// A header with the given elements, as `Vectors.rtpPacket` has it otherwise.
  private func header(
    csrc: UInt32? = 0x0102_0304, twoByte: Bool = false, capacity: Int = 64, _ elements: [(id: UInt8, data: [UInt8])]
  ) -> [UInt8]? {
    written(capacity: capacity) { out in
      guard
        var writer = RTPHeaderWriter(
          marker: true, payloadType: 111, sequenceNumber: 65535, timestamp: 0xffff_fff0, ssrc: 0xdeca_fbad, csrc: csrc,
          twoByteExtensions: twoByte, into: &out)
      else { return nil }
      for element in elements {
        guard writer.append(id: element.id, element.data.span.bytes, into: &out) else { return nil }
      }
      return writer.finish(into: &out)
    }
  }

  @Test("A header is the same as another implementation's, byte for byte")
  func vector() {
    let bytes = header([(4, Array("12".utf8)), (1, [0x85])])
    #expect(bytes == Array(Vectors.rtpPacket.prefix(28)))
  }

  @Test("Without contributing source and extensions it is twelve bytes")
  func plain() {
    #expect(header(csrc: nil, []) == hex("80ef ffff fffffff0 decafbad"))
  }

  @Test("The two-byte form carries empty, long and high elements", arguments: [0, 1, 17, 255])
  func twoByte(length: Int) throws {
    let data = [UInt8](repeating: 0xab, count: length)
    let bytes = try required(header(twoByte: true, capacity: 512, [(1, [0x85]), (200, data)]))
    let packet = bytes.span.bytes
    let parsed = try required(RTPHeader(packet))
    let element = try required(parsed.headerExtension(200, in: packet))
    let found = packet.extracting(element.offset..<(element.offset + element.length)).bytes()
    #expect(found == data)
    #expect(parsed.payloadOffset == bytes.count)
    #expect(bytes.count.isMultiple(of: 4))
  }

  @Test(
    "What the one-byte form cannot hold is refused",
    arguments: [(0, 1), (15, 1), (200, 1), (1, 0), (1, 17)] as [(UInt8, Int)])
  func oneByteLimits(id: UInt8, length: Int) {
    #expect(header([(id, [UInt8](repeating: 0, count: length))]) == nil)
  }

  @Test("An element that does not fit is refused and what was written stands")
  func noRoom() {
    let bytes = written(capacity: 24) { out in
      var writer = RTPHeaderWriter(
        marker: false, payloadType: 0, sequenceNumber: 0, timestamp: 0, ssrc: 0, into: &out)
      let fits = writer?.append(id: 1, u8: 0x7f, into: &out)
      let tooMuch = writer?.append(id: 2, u24: 0, into: &out)
      return fits == true && tooMuch == false ? writer?.finish(into: &out) : nil
    }
    #expect(bytes == hex("9000 0000 00000000 00000000 bede 0001 10 7f 0000"))
  }

  @Test("A buffer shorter than the longest plain header is refused")
  func tooShort() {
    #expect(header(capacity: RTPHeaderWriter.maximumLengthWithoutExtensions - 1, []) == nil)
  }
}
