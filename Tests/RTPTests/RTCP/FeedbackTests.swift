import RTP
import Testing
import Wire

@Suite("Feedback")
struct FeedbackTests {
  @Test("Format and both sources are read")
  func read() throws {
    let bytes = Vectors.nack
    let feedback = try required(firstFeedback(of: bytes.span.bytes))
    #expect(feedback.format == .nack)
    #expect(feedback.senderSSRC == 1)
    #expect(feedback.mediaSSRC == 2)
  }

  @Test(
    "An unknown format and a short packet are refused",
    arguments: ["9fcd0002 00000001 00000002", "81cd0001 00000001", "81c90002 00000001 00000002"])
  func refused(datagram: String) {
    let feedback = firstFeedback(of: hex(datagram).span.bytes)
    #expect(feedback == nil)
  }
}
