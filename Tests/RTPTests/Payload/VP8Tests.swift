import RTP
import Testing
import Wire

@Suite("VP8 payload descriptor")
struct VP8Tests {
  private static let keyframe: UInt8 = 0x10
  private static let interframe: UInt8 = 0x11

  private func read(_ bytes: [UInt8]) -> VP8Descriptor? {
    VP8Descriptor(bytes.span.bytes)
  }

  @Test("A full descriptor made elsewhere is read field by field")
  func full() throws {
    let descriptor = try required(read(Vectors.vp8Full + [Self.keyframe]))
    #expect(descriptor.pictureID == 4711)
    #expect(descriptor.hasLongPictureID)
    #expect(descriptor.tl0PicIdx == 200)
    #expect(descriptor.temporalLayer == 2)
    #expect(descriptor.isLayerSync)
    #expect(descriptor.keyIndex == 17)
    #expect(descriptor.length == 6)
    #expect(descriptor.startsFrame)
    #expect(descriptor.startsKeyframe)
  }

  @Test("A later partition starts no frame")
  func laterPartition() throws {
    let descriptor = try required(read(Vectors.vp8LaterPartition + [Self.keyframe]))
    #expect(descriptor.pictureID == 17)
    #expect(descriptor.length == 4)
    #expect(!descriptor.startsFrame)
    #expect(!descriptor.startsKeyframe)
  }

  @Test("A picture id may be short")
  func short() throws {
    let descriptor = try required(read([0x90, 0x80, 0x11, Self.keyframe]))
    #expect(descriptor.pictureID == 17)
    #expect(!descriptor.hasLongPictureID)
    #expect(descriptor.length == 3)
    #expect(descriptor.startsKeyframe)
  }

  @Test("A bare descriptor is one byte")
  func bare() throws {
    let descriptor = try required(read([0x10, Self.interframe]))
    #expect(descriptor.length == 1)
    #expect(descriptor.pictureID == nil)
    #expect(descriptor.startsFrame)
    #expect(!descriptor.startsKeyframe)
    #expect(!descriptor.isDiscardable)
  }

  @Test("Every cut, and a descriptor without data, are refused")
  func truncation() {
    for length in 0...Vectors.vp8Full.count {
      #expect(read(Array(Vectors.vp8Full.prefix(length))) == nil)
    }
  }

  @Test(
    "A written descriptor always has a long picture id and keeps the rest",
    arguments: ["90f09267c8b1", "908011", "10", "90e0112040", "90903f11", "b0a01180"])
  func write(original text: String) throws {
    let original = try required(read(hex(text) + [Self.keyframe]))
    let bytes = try required(
      written { out in original.write(pictureID: 5, tl0PicIdx: 7, keyIndex: 3, into: &out, at: 0) })
    let rewritten = try required(read(bytes + [Self.keyframe]))
    #expect(rewritten.length == bytes.count)
    #expect(rewritten.pictureID == 5)
    #expect(rewritten.hasLongPictureID)
    #expect(rewritten.tl0PicIdx == original.tl0PicIdx.map { _ in 7 })
    #expect(rewritten.keyIndex == original.keyIndex.map { _ in 3 })
    #expect(rewritten.temporalLayer == original.temporalLayer)
    #expect(rewritten.isLayerSync == original.isLayerSync)
    #expect(rewritten.isDiscardable == original.isDiscardable)
    #expect(rewritten.startsFrame == original.startsFrame)
  }

  @Test("Writing without room is refused")
  func noRoom() throws {
    let original = try required(read([0x10, Self.keyframe]))
    #expect(
      written(capacity: 5) { out in original.write(pictureID: 0, tl0PicIdx: 0, keyIndex: 0, into: &out, at: 0) } == nil)
  }
}
