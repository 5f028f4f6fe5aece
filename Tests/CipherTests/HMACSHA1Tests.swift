import Testing

@testable import Cipher

@Suite struct HMACSHA1Tests {
  /// RFC 2202 section 3.
  static let vectors: [(key: [UInt8], message: [UInt8], code: String)] = [
    (.init(repeating: 0x0b, count: 20), .init("Hi There".utf8), "b617318655057264e28bc0b6fb378c8ef146be00"),
    (.init("Jefe".utf8), .init("what do ya want for nothing?".utf8), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    (.init(repeating: 0xaa, count: 20), .init(repeating: 0xdd, count: 50), "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
    (.init(1...25), .init(repeating: 0xcd, count: 50), "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
    (.init(repeating: 0x0c, count: 20), .init("Test With Truncation".utf8), "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
    (
      .init(repeating: 0xaa, count: 80), .init("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "aa4ae5e15272d00e95705637ce8a3b55ed402112"
    ),
    (
      .init(repeating: 0xaa, count: 80),
      .init("Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data".utf8),
      "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"
    ),
  ]

  @Test("The codes of RFC 2202 come out", arguments: vectors.indices)
  func vector(_ index: Int) {
    let (key, message, code) = Self.vectors[index]
    let keyed = HMACSHA1(key: key.span.bytes)
    for _ in 0..<2 {  // A keyed value can be used again.
      let computed = keyed.code(for: message.span.bytes)
      #expect(computed.array == hex(code))
    }
  }

  @Test("Two pieces give the code of the whole")
  func pieces() {
    let (key, message, code) = Self.vectors[1]
    let keyed = HMACSHA1(key: key.span.bytes)
    for cut in 0...message.count {
      let whole = message.span.bytes
      let pieces = keyed.code(for: whole.extracting(0..<cut), whole.extracting(cut..<message.count))
      #expect(pieces.array == hex(code))
    }
  }
}
