import Testing

@testable import Cipher

@Suite struct AESCTRTests {
  /// NIST SP 800-38A sections F.5.1 and F.5.5: both encrypt the same four blocks from the same counter.
  static let plaintext = """
    6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
    30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710
    """

  @Test(
    "The ciphertexts of SP 800-38A come out",
    arguments: [
      (
        "2b7e151628aed2a6abf7158809cf4f3c",
        """
        874d6191b620e3261bef6864990db6ce 9806f66b7970fdff8617187bb9fffdff
        5ae4df3edbd5d35e5b4f09020db03eab 1e031dda2fbe03d1792170a0f3009cee
        """
      ),
      (
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        """
        601ec313775789a5b7a7f504bbf3d228 f443e3ca4d62b59aca84e990cacaf5c5
        2b0930daa23de94ce87017ba2d84988d dfc9c58db67aada613c2dd08457941a6
        """
      ),
    ])
  func vector(key: String, ciphertext: String) {
    let keyBytes = hex(key)
    let cipher = AESCTR(key: keyBytes.span.bytes)
    let input = hex(Self.plaintext)
    let counter = AESCTR.Counter { UInt8(0xf0 + $0) }
    var output = [UInt8](repeating: 0, count: input.count + 3)
    for _ in 0..<2 {  // A context can be used again.
      var outputSpan = output.mutableSpan
      var span = outputSpan.mutableBytes
      cipher.apply(counter: counter, to: input.span.bytes, into: &span, at: 3)
      #expect(Array(output.dropFirst(3)) == hex(ciphertext))
    }
    var back = [UInt8](repeating: 0, count: input.count)
    var backSpan = back.mutableSpan
    var span = backSpan.mutableBytes
    cipher.apply(
      counter: counter, to: output.span.bytes.extracting(3..<output.count), into: &span, at: 0)
    #expect(back == input)
  }
}
