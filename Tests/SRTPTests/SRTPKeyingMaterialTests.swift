import Testing

@testable import SRTP

@Suite struct SRTPKeyingMaterialTests {
  @Test("The exported bytes are cut into client's key, server's key, client's salt, server's salt")
  func layout() throws {
    let exported = (0..<UInt8(60)).map { $0 }
    let material = try #require(SRTPKeyingMaterial(profile: .aes128CMHMACSHA1_80, exported: exported))
    #expect(material.client.key == Array(0..<16))
    #expect(material.server.key == Array(16..<32))
    #expect(material.client.salt == Array(32..<46))
    #expect(material.server.salt == Array(46..<60))
  }

  @Test("Another length than the profile's is refused", arguments: SRTPProfile.allCases)
  func lengths(_ profile: SRTPProfile) {
    let count = 2 * (profile.masterKeyByteCount + profile.masterSaltByteCount)
    func material(_ count: Int) -> SRTPKeyingMaterial? {
      SRTPKeyingMaterial(profile: profile, exported: [UInt8](repeating: 0, count: count))
    }
    #expect(material(count) != nil)
    #expect(material(count - 1) == nil)
    #expect(material(count + 1) == nil)
    #expect(material(0) == nil)
  }
}
