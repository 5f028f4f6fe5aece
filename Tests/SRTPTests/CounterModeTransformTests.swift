import Testing

@testable import SRTP

@Suite struct CounterModeTransformTests {
  @Test("The key stream of RFC 3711 appendix B.2 comes out")
  func appendixB2() {
    let transform = CounterModeTransform(
      SessionKeys(
        encryption: hex("2b7e151628aed2a6abf7158809cf4f3c"), authentication: [],
        salt: hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd")))
    // 0xff02 blocks, of which the RFC prints the first and the last three.
    let zeros = [UInt8](repeating: 0, count: 0xff02 * 16)
    var stream = zeros
    var elements = stream.mutableSpan
    var output = elements.mutableBytes
    transform.apply(ssrc: 0, index: 0, to: zeros.span.bytes, into: &output, at: 0)
    #expect(
      Array(stream.prefix(48))
        == hex("e03ead0935c95e80e166b16dd92b4eb4 d23513162b02d0f72a43a2fe4a5f97ab 41e95b3bb0a2e8dd477901e4fca894c0"))
    #expect(
      Array(stream.suffix(48))
        == hex("ec8cdf7398607cb0f2d21675ea9ea1e4 362b7c3c6773516318a077d7fc5073ae 6a2cc3787889374fbeb4c81b17ba6c44"))
  }

  @Test("The code covers the roll-over counter, and its first ten bytes are the tag")
  func code() throws {
    let transform = CounterModeTransform(SessionKeys.rtp(try Sample.master(.aes128CMHMACSHA1_80)))
    let packet = Sample.packet(9, variant: 3)
    let code = transform.code(for: packet.span.bytes, index: 9)
    let next = transform.code(for: packet.span.bytes, index: 9 + 65536)
    let tag = code.indices.prefix(10).map { code[$0] }
    let matches = CounterModeTransform.matches(code, tag: tag.span.bytes)
    let matchesNext = CounterModeTransform.matches(next, tag: tag.span.bytes)
    #expect(matches)
    #expect(!matchesNext)
  }
}
