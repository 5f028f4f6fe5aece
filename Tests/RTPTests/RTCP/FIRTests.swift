import RTP
import Testing
import Wire

@Suite("FIR")
struct FIRTests {
  @Test("What is written is read again")
  func roundTrip() throws {
    let bytes = try required(
      written { out in FIR.write(senderSSRC: 1, ssrc: 2, sequenceNumber: 200, into: &out, at: 0) })
    #expect(bytes == hex("84ce0004 00000001 00000000 00000002 c8000000"))
    let feedback = try required(firstFeedback(of: bytes.span.bytes))
    let request = try required(FIR(feedback))
    let entry = request.entry(0, in: bytes.span.bytes)
    #expect(request.senderSSRC == 1)
    #expect(request.count == 1)
    #expect(entry.ssrc == 2)
    #expect(entry.sequenceNumber == 200)
  }

  @Test("A request without an entry is refused")
  func empty() throws {
    let feedback = try required(firstFeedback(of: hex("84ce0003 00000001 00000000 00000002").span.bytes))
    #expect(FIR(feedback) == nil)
  }
}
