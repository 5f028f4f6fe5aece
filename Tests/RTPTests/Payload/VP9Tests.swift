import RTP
import Testing
import Wire

@Suite("VP9 payload descriptor")
struct VP9Tests {
  /// I P L F B E V Z, picture id of 15 bits, layer indices.
  @Test(
    "A keyframe starts where a picture begins, unpredicted, on the lowest layer",
    arguments: [
      ("88 8123", true), ("8a 8123", true), ("c8 8123", false), ("80 8123", false), ("a8 8123 00", true),
      ("a8 8123 02", false), ("a8 8123 20", true), ("08", true), ("88 11", true),
    ])
  func keyframes(payload: String, expected: Bool) throws {
    let descriptor = try required(VP9Descriptor(hex(payload).span.bytes))
    #expect(descriptor.startsKeyframe == expected)
  }

  @Test("Picture id, layers and frame bits are read")
  func fields() throws {
    let descriptor = try required(VP9Descriptor(hex("ec 8123 4b").span.bytes))
    #expect(descriptor.pictureID == 0x123)
    #expect(descriptor.temporalLayer == 2)
    #expect(descriptor.spatialLayer == 5)
    #expect(descriptor.isInterPicturePredicted)
    #expect(descriptor.startsFrame)
    #expect(descriptor.endsFrame)
  }

  @Test("Every cut is refused", arguments: ["", "88", "88 81", "a8 8123"])
  func truncation(payload: String) {
    let descriptor = VP9Descriptor(hex(payload).span.bytes)
    #expect(descriptor == nil)
  }
}
