import RTP
import Testing
import Wire

@Suite("Opus payload")
struct OpusTests {
  @Test("The silent frame is one of 20 ms and is not DTX")
  func silence() throws {
    let bytes = try required(written { out in Opus.writeSilence(into: &out, at: 0) ? Opus.silenceLength : nil })
    let ticks = Opus.ticks(in: bytes.span.bytes)
    let isDiscontinuous = Opus.isDiscontinuous(bytes.span.bytes)
    #expect(bytes == [0xf8, 0xff, 0xfe])
    #expect(ticks == Opus.silenceTicks)
    #expect(!isDiscontinuous)
    #expect(written(capacity: 2) { out in Opus.writeSilence(into: &out, at: 0) ? 3 : nil } == nil)
  }

  /// Configuration, code, frame count byte → milliseconds × 10 (RFC 6716 table 2 and section 3.2).
  @Test(
    "The table of configurations gives the length of a packet",
    arguments: [
      ("00", 480), ("08", 960), ("10", 1920), ("18", 2880), ("60", 480), ("68", 960), ("80", 120), ("88", 240),
      ("90", 480), ("98", 960), ("f9", 1920), ("fa", 1920), ("fb06", 5760), ("8330", 5760), ("1b02", 5760),
    ] as [(String, UInt32)])
  func lengths(payload: String, expected: UInt32) {
    let ticks = Opus.ticks(in: hex(payload).span.bytes)
    #expect(ticks == expected)
  }

  @Test("No frames, more than 120 ms and nothing at all have no length", arguments: ["", "fb", "fb00", "fb07", "1b03"])
  func malformed(payload: String) {
    let ticks = Opus.ticks(in: hex(payload).span.bytes)
    #expect(ticks == nil)
  }

  @Test(
    "One or two bytes are discontinuous transmission", arguments: [("78", true), ("7800", true), ("780000", false)])
  func discontinuous(payload: String, expected: Bool) {
    let isDiscontinuous = Opus.isDiscontinuous(hex(payload).span.bytes)
    #expect(isDiscontinuous == expected)
  }
}
