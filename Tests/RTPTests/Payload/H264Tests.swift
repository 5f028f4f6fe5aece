import RTP
import Testing
import Wire

@Suite("H.264 keyframes")
struct H264Tests {
  @Test(
    "A sequence parameter set starts one, alone, aggregated or as the first fragment",
    arguments: [
      ("67 42e01f", true), ("27 42e01f", true), ("65 8884", false), ("41 9a", false), ("68 ce3c80", false),
      // STAP-A: SPS and PPS; PPS then SPS; PPS alone.
      ("78 0004 6742e01f 0004 68ce3c80", true), ("78 0004 68ce3c80 0004 6742e01f", true), ("78 0004 68ce3c80", false),
      // FU-A: first fragment of an SPS, its second, first of a slice.
      ("7c 87 42", true), ("7c 07 42", false), ("7c 85 88", false),
      ("", false), ("78", false), ("78 0004", false), ("78 ffff 68 0000 67", false), ("7c", false),
    ])
  func keyframes(payload: String, expected: Bool) {
    let starts = H264.startsKeyframe(hex(payload).span.bytes)
    #expect(starts == expected)
  }
}
