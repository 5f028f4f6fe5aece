import Testing

@testable import Cipher

@Suite struct HMACSHA256Tests {
  /// RFC 4231 section 4; the fifth is printed truncated to 128 bits.
  static let vectors: [(key: [UInt8], message: [UInt8], code: String)] = [
    (
      .init(repeating: 0x0b, count: 20), .init("Hi There".utf8),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      .init("Jefe".utf8), .init("what do ya want for nothing?".utf8),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      .init(repeating: 0xaa, count: 20), .init(repeating: 0xdd, count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      .init(1...25), .init(repeating: 0xcd, count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    (.init(repeating: 0x0c, count: 20), .init("Test With Truncation".utf8), "a3b6167473100ee06e0c796c2955552b"),
    (
      .init(repeating: 0xaa, count: 131), .init("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    (
      .init(repeating: 0xaa, count: 131),
      .init(
        """
        This is a test using a larger than block-size key and a larger than block-size data. The key needs to be \
        hashed before being used by the HMAC algorithm.
        """.utf8),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    ),
  ]

  @Test("The codes of RFC 4231 come out", arguments: vectors.indices)
  func vector(_ index: Int) {
    let (key, message, code) = Self.vectors[index]
    let keyed = HMACSHA256(key: key.span.bytes)
    let expected = hex(code)
    for _ in 0..<2 {  // A keyed value can be used again.
      let computed = keyed.code(for: message.span.bytes)
      #expect(computed.array.prefix(expected.count) == expected[...])
    }
  }

  @Test("Two pieces give the code of the whole")
  func pieces() {
    let (key, message, code) = Self.vectors[1]
    let whole = message.span.bytes
    let pieces = HMACSHA256(key: key.span.bytes).code(for: whole.extracting(0..<5), whole.extracting(5..<message.count))
    #expect(pieces.array == hex(code))
  }
}
