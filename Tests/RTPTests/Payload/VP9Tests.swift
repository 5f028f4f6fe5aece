import RTP
import Testing
import Wire

@Suite("VP9 payload descriptor")
struct VP9Tests {
  /// I P L F B E V Z, picture id of 15 bits, layer indices.
  @Test(
    "A keyframe starts where a picture begins, unpredicted, on the lowest layer",
    arguments: [
      ("88 8123", true), ("8a 8123", true), ("c8 8123", false), ("80 8123", false), ("a8 8123 00 07", true),
      ("a8 8123 02 07", false), ("b8 8123 20", true), ("08", true), ("88 11", true),
    ])
  func keyframes(payload: String, expected: Bool) throws {
    let descriptor = try required(VP9Descriptor(hex(payload).span.bytes))
    #expect(descriptor.startsKeyframe == expected)
  }

  @Test("Picture id, layers and frame bits are read")
  func fields() throws {
    let descriptor = try required(VP9Descriptor(hex("ec 8123 4b 09").span.bytes))
    #expect(descriptor.pictureID == 0x123)
    #expect(descriptor.temporalLayer == 2)
    #expect(descriptor.spatialLayer == 5)
    #expect(descriptor.isInterPicturePredicted)
    #expect(descriptor.startsFrame)
    #expect(descriptor.endsFrame)
    #expect(descriptor.tl0PicIdx == 9)
    #expect(descriptor.prefixLength == 5)
    let flexible = try required(VP9Descriptor(hex("fc 11 4b 02").span.bytes))
    #expect(flexible.tl0PicIdx == nil && flexible.prefixLength == 3 && !flexible.hasLongPictureID)
  }

  @Test(
    "Other indices are written before what stays, the picture id always with 15 bits",
    arguments: [
      ("ec 8123 4b 09", "ec ffff 4b 2a"), ("fc 11 4b", "fc ffff 4b"), ("8c 8123", "8c ffff"),
      ("ac 11 4b 09", "ac ffff 4b 2a"),
    ])
  func prefix(payload: String, expected: String) throws {
    let descriptor = try required(VP9Descriptor(hex(payload).span.bytes))
    let bytes = written { descriptor.writePrefix(pictureID: 0x7fff, tl0PicIdx: 42, into: &$0, at: 0) }
    #expect(bytes == hex(expected))
    let cramped = written(capacity: 4) { descriptor.writePrefix(pictureID: 1, tl0PicIdx: 1, into: &$0, at: 0) }
    #expect(cramped == nil)
  }

  @Test("Every cut is refused", arguments: ["", "88", "88 81", "a8 8123", "a8 8123 4b"])
  func truncation(payload: String) {
    let descriptor = VP9Descriptor(hex(payload).span.bytes)
    #expect(descriptor == nil)
  }
}
