/// The counters of pictures that a switch must continue, of whichever codec; a packet has some of them.
struct PictureIndices: BitwiseCopyable, Equatable {
  struct Fields: OptionSet, BitwiseCopyable {
    var rawValue: UInt8

    static let pictureID = Fields(rawValue: 1)
    static let tl0PicIdx = Fields(rawValue: 2)
    static let keyIndex = Fields(rawValue: 4)
    static let frameNumber = Fields(rawValue: 8)
  }

  /// Which of them the packet has.
  var fields: Fields = []
  /// Of VP8 and VP9: 15 bits.
  var pictureID: UInt16 = 0
  /// Of VP8 and VP9.
  var tl0PicIdx: UInt8 = 0
  /// Of VP8: 5 bits.
  var keyIndex: UInt8 = 0
  /// Of the dependency descriptor.
  var frameNumber: UInt16 = 0

  /// Takes what a payload descriptor says.
  mutating func note(_ pictureID: UInt16?, _ tl0PicIdx: UInt8?, keyIndex: UInt8?) {
    if let pictureID {
      fields.insert(.pictureID)
      self.pictureID = pictureID
    }
    if let tl0PicIdx {
      fields.insert(.tl0PicIdx)
      self.tl0PicIdx = tl0PicIdx
    }
    if let keyIndex {
      fields.insert(.keyIndex)
      self.keyIndex = keyIndex
    }
  }

  /// What is to be added to each of `first`'s, so that they follow these.
  func offsets(to first: PictureIndices) -> PictureIndices {
    PictureIndices(
      pictureID: pictureID &+ 1 &- first.pictureID, tl0PicIdx: tl0PicIdx &+ 1 &- first.tl0PicIdx,
      keyIndex: keyIndex &+ 1 &- first.keyIndex, frameNumber: frameNumber &+ 1 &- first.frameNumber)
  }

  func moved(by offsets: PictureIndices) -> PictureIndices {
    PictureIndices(
      fields: fields, pictureID: (pictureID &+ offsets.pictureID) & 0x7fff, tl0PicIdx: tl0PicIdx &+ offsets.tl0PicIdx,
      keyIndex: (keyIndex &+ offsets.keyIndex) & 0x1f, frameNumber: frameNumber &+ offsets.frameNumber)
  }

  /// Takes over those that `newest` has: a source without one leaves it where it stood.
  mutating func follow(_ newest: PictureIndices) {
    if newest.fields.contains(.pictureID) { pictureID = newest.pictureID }
    if newest.fields.contains(.tl0PicIdx) { tl0PicIdx = newest.tl0PicIdx }
    if newest.fields.contains(.keyIndex) { keyIndex = newest.keyIndex }
    if newest.fields.contains(.frameNumber) { frameNumber = newest.frameNumber }
  }
}
