import Testing

@testable import Agent

@Suite("The checksum")
struct ChecksumTests {
  @Test("The check value of CRC-32")
  func checkValue() {
    #expect(Checksum.crc32("123456789".utf8) == 0xcbf4_3926)
    #expect(Checksum.crc32([]) == 0)
  }
}
