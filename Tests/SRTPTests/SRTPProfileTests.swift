import CSRTP
import Testing

@testable import SRTP

@Suite struct SRTPProfileTests {
  @Test("Lengths are those libsrtp2 knows for the registered number", arguments: SRTPProfile.allCases)
  func lengths(_ profile: SRTPProfile) {
    let number = srtp_profile_t(UInt32(profile.rawValue))
    #expect(profile.masterKeyByteCount == Int(srtp_profile_get_master_key_length(number)))
    #expect(profile.masterSaltByteCount == Int(srtp_profile_get_master_salt_length(number)))
  }

  @Test("Every profile has its place in the preference, AES-128-GCM first")
  func preference() {
    #expect(Set(SRTPProfile.preference) == Set(SRTPProfile.allCases))
    #expect(SRTPProfile.preference.first == .aeadAES128GCM)
  }
}
