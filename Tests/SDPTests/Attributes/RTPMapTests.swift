import SDP
import Testing

@Suite("a=rtpmap")
struct RTPMapTests {
  @Test("A map is read and written again", arguments: ["96 VP8/90000", "111 opus/48000/2"])
  func roundTrip(value: String) throws {
    #expect("\(try #require(RTPMap(value)))" == value)
  }

  @Test("One channel is the default")
  func channels() {
    #expect(RTPMap("9 G722/8000/1") == RTPMap("9 G722/8000"))
  }

  @Test(
    "What is not a map is refused",
    arguments: [
      "", "96", "128 VP8/90000", "96 VP8", "96 VP8/", "96 /90000", "96 VP8/0", "96 a/1/0", "96 a/1/1/1", "x VP8/1",
    ])
  func refused(value: String) {
    #expect(RTPMap(value) == nil)
  }
}
