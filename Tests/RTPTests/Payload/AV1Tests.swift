import RTP
import Testing
import Wire

@Suite("AV1 keyframes")
struct AV1Tests {
  @Test(
    "The N bit, or a sequence header as the first unit, starts one",
    arguments: [
      // Z Y W N: a new coded video sequence says so.
      ("18 0a0b0000", true), ("08 0a", true),
      // Without N: one unit (W=1), a sequence header; a frame; a unit continued from the packet before.
      ("10 08 00", true), ("10 30 00", false), ("90 08 00", false), ("98 08 00", false),
      // W=0: every unit has a length; a temporal delimiter is stepped over.
      ("00 02 0800 01 30", true), ("00 01 10 02 0800", true), ("00 01 10 01 30", false),
      ("20 01 10 08", true), ("", false), ("18", false), ("00 80", false), ("00 8080808001 08", false),
      ("00 00 08", false), ("10 10", false),
    ])
  func keyframes(payload: String, expected: Bool) {
    let starts = AV1.startsKeyframe(hex(payload).span.bytes)
    #expect(starts == expected)
  }
}
