import SDP
import Testing

@Suite("SDP errors")
struct SDPErrorTests {
  @Test("A sentence names the line and what to do")
  func sentences() {
    #expect(
      "\(SDPError(line: 12, .malformedAttribute("extmap")))"
        == "line 12: the attribute 'extmap' is not as its RFC has it")
    #expect("\(SDPError(line: 0, .noSections))" == "the offer has no media section; offer audio or video")
    #expect("\(SDPError(line: 0, .tooLarge(bytes: 300_000, limit: 200_000)))".contains("300000 bytes"))
  }
}
