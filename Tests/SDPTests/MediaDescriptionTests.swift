import SDP
import Testing

@Suite("Media description")
struct MediaDescriptionTests {
  @Test("Port 0 is a stopped section, unless it is only ever bundled")
  func stopped() {
    var section = MediaDescription(media: "video", port: 0, proto: "UDP/TLS/RTP/SAVPF", formats: ["96"])
    #expect(section.isStopped)
    section.attributes.append("bundle-only")
    #expect(!section.isStopped)
  }

  @Test("A port may have a number of ports")
  func ports() throws {
    let text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 49170/2 RTP/AVP 0\r\n"
    #expect(try SessionDescription(parsing: text).media.first?.port == 49170)
  }
}
