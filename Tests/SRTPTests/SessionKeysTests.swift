import Testing

@testable import SRTP

@Suite struct SessionKeysTests {
  @Test("RTP and RTCP share no key, and lengths are the profile's", arguments: SRTPProfile.allCases)
  func lengths(_ profile: SRTPProfile) throws {
    let master = try Sample.master(profile)
    let rtp = SessionKeys.rtp(master)
    let rtcp = SessionKeys.rtcp(master)
    #expect(rtp.encryption.count == profile.masterKeyByteCount)
    #expect(rtp.salt.count == profile.masterSaltByteCount)
    #expect(rtp.encryption != rtcp.encryption)
    #expect(rtp.authentication != rtcp.authentication)
    #expect(rtp.salt != rtcp.salt)
  }
}
