import Testing

@testable import Cipher

@Suite struct ConstantTimeTests {
  private func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    constantTimeEqual(left.span.bytes, right.span.bytes)
  }

  @Test("Only equal bytes of equal length are equal")
  func equality() {
    let secret: [UInt8] = [1, 2, 3, 4]
    let same: [UInt8] = [1, 2, 3, 4]
    let other: [UInt8] = [1, 2, 3, 5]
    let shorter: [UInt8] = [1, 2, 3]
    let nothing: [UInt8] = []
    #expect(equal(secret, same))
    #expect(!equal(secret, other))
    #expect(!equal(secret, shorter))
    #expect(!equal(secret, nothing))
    #expect(equal(nothing, nothing))
  }
}
