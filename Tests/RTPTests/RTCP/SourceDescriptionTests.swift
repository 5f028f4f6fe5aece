import RTP
import Testing
import Wire

@Suite("Source description")
struct SourceDescriptionTests {
  private func name(_ bytes: [UInt8]) -> (ssrc: UInt32, name: [UInt8])? {
    let datagram = bytes.span.bytes
    guard let packet = firstPacket(of: datagram), let description = SourceDescription(packet, in: datagram) else {
      return nil
    }
    let end = description.nameOffset + description.nameLength
    return (description.ssrc, datagram.extracting(description.nameOffset..<end).bytes())
  }

  @Test("A name made elsewhere is read")
  func read() throws {
    let found = try required(name(Vectors.sourceDescription))
    #expect(found.ssrc == 0xdeca_fbad)
    #expect(found.name == Array("kakehashi".utf8))
  }

  @Test("What is written is read again, whatever its length", arguments: 0..<9)
  func roundTrip(length: Int) throws {
    let text = [UInt8](repeating: 0x61, count: length)
    let bytes = try required(
      written { out in SourceDescription.write(ssrc: 7, name: text.span.bytes, into: &out, at: 0) })
    let found = try required(name(bytes))
    #expect(found.ssrc == 7)
    #expect(found.name == text)
    #expect(bytes.last == 0)
  }

  @Test("Another item before the name is stepped over; a chunk without name has none")
  func items() {
    #expect(name(hex("81ca0003 00000001 0201aa 0101bb 0000"))?.name == [0xbb])
    #expect(name(hex("81ca0002 00000001 0201aa00")) == nil)
    #expect(name(hex("81ca0002 00000001 0109aaaa")) == nil)
    #expect(name(hex("80ca0000")) == nil)
  }

  @Test("A name of more than 255 bytes is refused")
  func tooLong() {
    let text = [UInt8](repeating: 0x61, count: 256)
    #expect(
      written(capacity: 600) { out in SourceDescription.write(ssrc: 7, name: text.span.bytes, into: &out, at: 0) }
        == nil)
  }
}
