import SDP
import Testing

@Suite("a=rtcp-fb")
struct RTCPFeedbackTests {
  @Test("A kind has its parameter, for one format or for all", arguments: ["96 nack", "96 nack pli", "* ccm fir"])
  func roundTrip(value: String) throws {
    #expect("\(try #require(RTCPFeedback(value)))" == value)
  }

  @Test("What is not feedback is refused", arguments: ["", "96", "x nack", "300 nack"])
  func refused(value: String) {
    #expect(RTCPFeedback(value) == nil)
  }
}
