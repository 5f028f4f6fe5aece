import Testing

@testable import SRTP

@Suite struct RTCPLayoutTests {
  @Test("The word stands before the tag of AES-CM and after that of GCM", arguments: SRTPProfile.allCases)
  func word(_ profile: SRTPProfile) throws {
    var bytes = Sample.report(ssrc: 7, words: 1)
    let tag = [UInt8](repeating: 0xee, count: profile.rtpOverheadByteCount)
    let word: [UInt8] = [0x80, 0, 1, 2]
    bytes += profile == .aes128CMHMACSHA1_80 ? word + tag : tag + word
    let read = RTCPLayout(bytes.span.bytes, profile)
    let layout = try #require(read)
    #expect(layout.ssrc == 7)
    #expect(layout.index == 0x102)
    #expect(layout.byteCount == 12)
  }

  @Test("Too little, another version or no encryption is refused", arguments: SRTPProfile.allCases)
  func malformed(_ profile: SRTPProfile) {
    func isRead(_ bytes: [UInt8]) -> Bool { RTCPLayout(bytes.span.bytes, profile) != nil }
    let ones = [UInt8](repeating: 0xbf, count: 8 + profile.rtcpOverheadByteCount)
    #expect(isRead(ones))
    #expect(!isRead(Array(ones.dropLast())))
    #expect(!isRead([]))
    #expect(!isRead([0x40] + ones.dropFirst()))
    #expect(!isRead([0x80] + [UInt8](repeating: 0, count: ones.count - 1)))
  }
}
