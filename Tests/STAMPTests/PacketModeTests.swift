import STAMP
import Testing

@Suite struct PacketModeTests {
  @Test("Base packets have the lengths of RFC 8762")
  func lengths() {
    #expect(PacketMode.unauthenticated.baseByteCount == 44)
    #expect(PacketMode.authenticated.baseByteCount == 112)
  }
}
