import Testing
import WebRTC
import Wire

@Suite struct DatagramKindTests {
  private func kind(_ bytes: [UInt8]) -> DatagramKind? {
    DatagramKind(bytes.span.bytes)
  }

  @Test("The first byte tells STUN, DTLS and RTP apart as RFC 7983 says")
  func firstByte() {
    for byte in UInt8.min...UInt8.max {
      let expected: DatagramKind? =
        switch byte {
        case 0...3: .stun
        case 20...63: .dtls
        case 128...191: .rtp
        default: nil
        }
      #expect(kind([byte, 96, 0, 0]) == expected)
    }
  }

  @Test("RTCP is told from RTP by its packet type")
  func secondByte() {
    #expect(kind([0x80, 200]) == .rtcp)
    #expect(kind([0x81, 206]) == .rtcp)
    #expect(kind([0x80, 0x80 | 111]) == .rtp)
    #expect(kind([0x80, 191]) == .rtp)
    #expect(kind([0x80, 224]) == .rtp)
  }

  @Test("What is too short to be told is nothing")
  func short() {
    #expect(kind([]) == nil)
    #expect(kind([0x80]) == nil)
  }
}
