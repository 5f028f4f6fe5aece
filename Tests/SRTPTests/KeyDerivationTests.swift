import Testing

@testable import SRTP

@Suite struct KeyDerivationTests {
  @Test("The session keys of RFC 3711 appendix B.3 come out")
  func appendixB3() throws {
    let master = try #require(
      SRTPMasterKey(
        profile: .aes128CMHMACSHA1_80, key: hex("e1f97a0d3e018be0d64fa32c06de4139"),
        salt: hex("0ec675ad498afeebb6960b3aabe6")))
    let derivation = KeyDerivation(master)
    let encryption = derivation.derive(.rtpEncryption, count: 16)
    let salt = derivation.derive(.rtpSalt, count: 14)
    let authentication = derivation.derive(.rtpAuthentication, count: 94)
    #expect(encryption == hex("c61e7a93744f39ee10734afe3ff7a087"))
    #expect(salt == hex("30cbbc08863d8c85d49db34a9ae1"))
    #expect(
      authentication
        == hex(
          """
          cebe321f6ff7716b6fd4ab49af256a15 6d38baa48f0a0acf3c34e2359e6cdbce
          e049646c43d9327ad175578ef7227098 6371c10c9a369ac2f94a8c5fbcdddc25
          6d6e919a48b610ef17c2041e47403576 6b68642c59bbfc2f34db60dbdfb2
          """))
  }
}
