import Testing

@testable import Web

@Suite struct Base64URLTests {
  @Test("The example of RFC 7515 appendix C, both ways")
  func example() {
    #expect(Base64URL.text([3, 236, 255, 224, 193]) == "A-z_4ME")
    #expect(Base64URL.bytes("A-z_4ME") == [3, 236, 255, 224, 193])
  }

  @Test("Every length comes back as it was")
  func lengths() {
    for count in 0..<20 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ 200) }
      #expect(Base64URL.bytes(Base64URL.text(bytes)) == bytes)
    }
  }

  @Test(
    "Padding, the other alphabet, a lone character and spare bits are refused",
    arguments: [
      "A-z_4ME=", "A+z/", "A", "AAAAA", "A-z_4MF", "A-z 4ME", "é",
    ])
  func refused(text: String) {
    #expect(Base64URL.bytes(text) == nil)
  }
}
