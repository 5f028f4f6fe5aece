import SDP
import Testing

@Suite("SDP limits")
struct SDPLimitsTests {
  @Test("Interop 9: the largest offer a browser is known to make is well within them")
  func largestOffer() throws {
    let limits = SDPLimits()
    let text = try offer("chromium-meeting")
    #expect(limits.bytes > 3 * 57_000)
    #expect(limits.lines > 5 * text.utf8.count(where: { $0 == UInt8(ascii: "\n") }))
    #expect(limits.sections >= 4 + 3 + 49)
  }
}
