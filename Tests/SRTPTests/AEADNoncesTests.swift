import Testing

@testable import SRTP

@Suite struct AEADNoncesTests {
  private let nonces = AEADNonces(salt: Array("Quid pro quo".utf8))

  private func bytes<let count: Int>(_ array: InlineArray<count, UInt8>) -> [UInt8] { array.indices.map { array[$0] } }

  @Test("The nonces of RFC 7714 sections 16 and 17 come out")
  func examples() {
    #expect(bytes(nonces.nonce(ssrc: 0x5501_a0b2, index: 0xf17b)) == hex("51753c6580c2726f20718414"))
    #expect(bytes(nonces.nonce(ssrc: 0x4d61_7273, index: 0x5d4)) == hex("517524055203726f207170bb"))
  }

  @Test("All 48 bits of an index are in the nonce")
  func wholeIndex() {
    let nonces = AEADNonces(salt: [UInt8](repeating: 0, count: 12))
    #expect(bytes(nonces.nonce(ssrc: 0x0102_0304, index: 0x0506_0708_090a)) == hex("0000 01020304 05060708090a"))
  }

  @Test("RTCP's associated data is the first header and the word")
  func associatedData() {
    let header = RFC7714.clearRTCP
    let data = AEADNonces.associatedData(header: header.span.bytes, word: 0x8000_05d4)
    #expect(bytes(data) == hex("81c8000d 4d617273 800005d4"))
  }
}
