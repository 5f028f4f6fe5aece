import Testing

@testable import Transport

@Suite("Entropy")
struct EntropyTests {
  @Test("Bytes come in the length asked for and do not repeat")
  func bytes() {
    #expect(Entropy.bytes(0).isEmpty)
    #expect(Entropy.bytes(300).count == 300)
    #expect(Entropy.bytes(16) != Entropy.bytes(16))
  }

  @Test("It serves Swift's random functions")
  func generator() {
    var entropy = Entropy()
    #expect((1...6).contains(Int.random(in: 1...6, using: &entropy)))
    #expect(entropy.next() != entropy.next())
  }
}
