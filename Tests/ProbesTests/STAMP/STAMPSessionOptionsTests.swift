import Probes
import Testing

@Suite("How STAMP sessions are set up")
struct STAMPSessionOptionsTests {
  @Test("Streams of one target take one session id after the other, never 0; without one each draws its own")
  func ids() {
    let options = STAMPSessionOptions(key: [1], ssid: 65_534)
    #expect((0..<3).map { options.forStream($0).ssid } == [65_534, 65_535, 1])
    #expect(options.forStream(2).key == [1])
    #expect(STAMPSessionOptions().forStream(1).ssid == nil)
  }
}
