import Testing

@testable import SRTP

@Suite struct SRTPMasterKeyTests {
  @Test("Keys and salts of other lengths than the profile's are refused", arguments: SRTPProfile.allCases)
  func lengths(_ profile: SRTPProfile) {
    let key = [UInt8](repeating: 1, count: profile.masterKeyByteCount)
    let salt = [UInt8](repeating: 2, count: profile.masterSaltByteCount)
    #expect(SRTPMasterKey(profile: profile, key: key, salt: salt) != nil)
    #expect(SRTPMasterKey(profile: profile, key: key + [0], salt: salt) == nil)
    #expect(SRTPMasterKey(profile: profile, key: key, salt: Array(salt.dropLast())) == nil)
  }

  @Test("A key is not printed")
  func secrecy() throws {
    let master = try Sample.master(.aeadAES128GCM, seed: 200)
    #expect("\(master)" == "SRTPMasterKey(aeadAES128GCM)")
  }
}
