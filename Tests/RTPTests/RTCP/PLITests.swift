import RTP
import Testing
import Wire

@Suite("PLI")
struct PLITests {
  @Test("A packet is the same as another implementation's, both ways")
  func vector() throws {
    let bytes = Vectors.pli
    let feedback = try required(firstFeedback(of: bytes.span.bytes))
    #expect(PLI(feedback) == PLI(senderSSRC: 1, mediaSSRC: 2))
    #expect(written { out in PLI(senderSSRC: 1, mediaSSRC: 2).write(into: &out, at: 0) } == Vectors.pli)
    #expect(written(capacity: 11) { out in PLI(senderSSRC: 1, mediaSSRC: 2).write(into: &out, at: 0) } == nil)
  }

  @Test("Other feedback is refused")
  func other() throws {
    let bytes = Vectors.nack
    let feedback = try required(firstFeedback(of: bytes.span.bytes))
    #expect(PLI(feedback) == nil)
  }
}
