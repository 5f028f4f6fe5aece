import Testing

@testable import SFU

@Suite("Picture indices")
struct PictureIndicesTests {
  private static let all: PictureIndices.Fields = [.pictureID, .tl0PicIdx, .keyIndex, .frameNumber]

  @Test("A first picture is moved right behind the last one, and the next keep their distance to it")
  func moving() {
    let last = PictureIndices(
      fields: Self.all, pictureID: 0x7fff, tl0PicIdx: 255, keyIndex: 31, frameNumber: 65_535)
    let first = PictureIndices(fields: Self.all, pictureID: 100, tl0PicIdx: 7, keyIndex: 3, frameNumber: 9)
    let offsets = last.offsets(to: first)
    #expect(
      first.moved(by: offsets)
        == PictureIndices(fields: Self.all, pictureID: 0, tl0PicIdx: 0, keyIndex: 0, frameNumber: 0))
    let later = PictureIndices(fields: Self.all, pictureID: 105, tl0PicIdx: 8, keyIndex: 3, frameNumber: 20)
    #expect(
      later.moved(by: offsets)
        == PictureIndices(fields: Self.all, pictureID: 5, tl0PicIdx: 1, keyIndex: 0, frameNumber: 11))
  }

  @Test("What a picture lacks stays where it stood")
  func lacking() {
    var last = PictureIndices(fields: Self.all, pictureID: 5, tl0PicIdx: 6, keyIndex: 7, frameNumber: 8)
    last.follow(PictureIndices(fields: [.frameNumber], pictureID: 99, tl0PicIdx: 99, keyIndex: 9, frameNumber: 50))
    #expect((last.pictureID, last.tl0PicIdx, last.keyIndex, last.frameNumber) == (5, 6, 7, 50))
  }
}
