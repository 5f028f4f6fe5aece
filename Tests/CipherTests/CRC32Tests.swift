import Testing

@testable import Cipher

@Suite struct CRC32Tests {
  private func checksum(_ text: String) -> UInt32 {
    let bytes = Array(text.utf8)
    return CRC32.checksum(of: bytes.span.bytes)
  }

  @Test("The check values of the polynomial's catalogue come out")
  func checkValues() {
    #expect(checksum("123456789") == 0xcbf4_3926)
    #expect(checksum("") == 0)
  }
}
