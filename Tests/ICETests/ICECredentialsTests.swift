import Testing

@testable import ICE

@Suite struct ICECredentialsTests {
  @Test("24 random bytes make eight and 24 ice-chars, six bits each")
  func lengths() {
    let credentials = ICECredentials(random: (0..<24).map { UInt8($0 &* 11) })
    #expect(credentials.usernameFragment.utf8.count == 8)
    #expect(credentials.password.utf8.count == 24)
    let zeros = ICECredentials(random: [UInt8](repeating: 0, count: 24))
    #expect(zeros.usernameFragment == "AAAAAAAA")
    let ones = ICECredentials(random: [UInt8](repeating: 255, count: 24))
    #expect(ones.password == String(repeating: "/", count: 24))
    #expect(credentials != zeros)
  }

  @Test("The key is the eight characters of the fragment; a longer or shorter one has none")
  func fragmentKey() {
    #expect(ICECredentials(usernameFragment: "abcdefgh", password: "").fragmentKey == 0x6162_6364_6566_6768)
    #expect(ICECredentials(usernameFragment: "abcd", password: "").fragmentKey == nil)
    #expect(ICECredentials(usernameFragment: "abcdefghi", password: "").fragmentKey == nil)
  }

  @Test("A password is not printed")
  func secrecy() {
    let credentials = ICECredentials(usernameFragment: "abcd", password: "topsecret")
    #expect(!"\(credentials)".contains("topsecret"))
  }
}
