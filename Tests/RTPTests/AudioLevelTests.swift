import RTP
import Testing
import Wire

@Suite("Audio level")
struct AudioLevelTests {
  @Test("The level and the voice bit are read from their extension")
  func vector() throws {
    let bytes = Vectors.rtpPacket
    let packet = bytes.span.bytes
    let header = try required(RTPHeader(packet))
    let level = try required(AudioLevel(id: 1, header: header, packet: packet))
    #expect(level.decibelsBelowOverload == 5)
    #expect(level.isVoice)
  }

  @Test("A packet without the extension has no level")
  func absent() throws {
    let bytes = Vectors.rtpPacket
    let packet = bytes.span.bytes
    let header = try required(RTPHeader(packet))
    let level = AudioLevel(id: 2, header: header, packet: packet)
    #expect(level == nil)
  }

  @Test("Silence is 127 below overload")
  func silence() {
    #expect(AudioLevel(bits: 0x7f).decibelsBelowOverload == 127)
    #expect(!AudioLevel(bits: 0x7f).isVoice)
  }
}
