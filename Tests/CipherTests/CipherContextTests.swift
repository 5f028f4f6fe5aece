import COpenSSL
import Testing

@testable import Cipher

@Suite struct CipherContextTests {
  @Test("A message given piece by piece is the message given whole, and restarting forgets the one before")
  func pieces() {
    let key = [UInt8](repeating: 7, count: 16)
    let vector = [UInt8](repeating: 9, count: 16)
    let message = (0..<100).map { UInt8($0) }
    let context = CipherContext(cipher: EVP_aes_128_ctr(), key: key.span.bytes, encrypts: true)

    func encrypted(cuts: [Int]) -> [UInt8] {
      var result = [UInt8](repeating: 0, count: message.count)
      var elements = result.mutableSpan
      var output = elements.mutableBytes
      context.restart(vector.span.bytes)
      var start = 0
      for end in cuts + [message.count] {
        context.update(message.span.bytes.extracting(start..<end), into: &output, at: start)
        start = end
      }
      return result
    }
    let whole = encrypted(cuts: [])
    #expect(whole != message)
    #expect(encrypted(cuts: [1, 17, 17, 64]) == whole)
    #expect(encrypted(cuts: []) == whole)
  }
}
