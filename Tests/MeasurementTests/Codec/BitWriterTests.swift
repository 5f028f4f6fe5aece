import Testing

@testable import Measurement

@Suite struct BitWriterTests {
  private func bytes(_ body: (inout BitWriter) -> Void) -> [UInt8] {
    var writer = BitWriter()
    body(&writer)
    var bytes: [UInt8] = []
    writer.finish(into: &bytes)
    return bytes
  }

  @Test("Bits go in the most significant first, and zeros fill the last byte")
  func order() {
    #expect(
      bytes {
        $0.write(0b101, width: 3)
        $0.write(0, width: 0)
        $0.write(0x1ff, width: 9)
      } == [0b1011_1111, 0b1111_0000])
    #expect(bytes { _ in } == [])
  }

  @Test(
    "Order 0 has the codes of H.264's table 9-2",
    arguments: [(0, "1"), (1, "010"), (2, "011"), (3, "00100"), (6, "00111"), (7, "0001000")] as [(UInt64, String)])
  func unsignedCodes(value: UInt64, code: String) {
    let padded = code + String(repeating: "0", count: 8 - code.count)
    #expect(bytes { $0.write(value, order: 0) } == [UInt8(padded, radix: 2) ?? 0])
  }
}
