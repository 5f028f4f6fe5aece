import Testing

@testable import SRTP

@Suite struct RTPLayoutTests {
  private func read(_ bytes: [UInt8]) -> RTPLayout? { RTPLayout(bytes.span.bytes) }

  @Test("Sources and an extension belong to the header", arguments: 0..<6)
  func headers(_ variant: Int) throws {
    let layout = try #require(read(Sample.packet(0x1234, ssrc: 0xcafe_babe, variant: variant)))
    #expect(layout.sequenceNumber == 0x1234)
    #expect(layout.ssrc == 0xcafe_babe)
    #expect(layout.headerByteCount == 12 + 4 * (variant % 3) + (variant % 2 == 1 ? 8 : 0))
  }

  @Test("A header that is not whole, or of another version, is none")
  func malformed() {
    let header = Array(Sample.packet(1, variant: 5).prefix(12 + 8 + 8))
    #expect(read(header) != nil)
    for count in header.indices { #expect(read(Array(header.prefix(count))) == nil) }
    #expect(read([0x40] + header.dropFirst()) == nil)
    #expect(read([0x9f] + [UInt8](repeating: 0xff, count: 200)) == nil)
  }
}
