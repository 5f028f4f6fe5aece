import RTP
import Testing
import Wire

@Suite("Video formats")
struct VideoFormatTests {
  @Test(
    "Each format knows its own keyframe",
    arguments: [(.vp8, "10 10"), (.vp9, "88 11"), (.h264, "67 42"), (.av1, "18 0a")] as [(VideoFormat, String)])
  func keyframe(format: VideoFormat, payload: String) {
    let starts = format.startsKeyframe(hex(payload).span.bytes)
    #expect(starts)
  }

  @Test("No bytes make any of them trap")
  func arbitraryBytes() {
    var random = SplitMix64(seed: 2)
    for _ in 0..<20_000 {
      let payload = random.bytes(upTo: 24)
      for format in VideoFormat.allCases { _ = format.startsKeyframe(payload.span.bytes) }
      _ = Opus.ticks(in: payload.span.bytes)
    }
  }
}
