import Wire

/// VP8's payload descriptor (RFC 7741 section 4.2).
///
///          0 1 2 3 4 5 6 7
///         +-+-+-+-+-+-+-+-+
///         |X|R|N|S|R| PID | (REQUIRED)
///         +-+-+-+-+-+-+-+-+
///     X:  |I|L|T|K| RSV   | (OPTIONAL)
///         +-+-+-+-+-+-+-+-+
///     I:  |M| PictureID   | (OPTIONAL)
///         +-+-+-+-+-+-+-+-+
///     M:  |   PictureID   |
///         +-+-+-+-+-+-+-+-+
///     L:  |   TL0PICIDX   | (OPTIONAL)
///         +-+-+-+-+-+-+-+-+
///     T/K:|TID|Y| KEYIDX  | (OPTIONAL)
///         +-+-+-+-+-+-+-+-+
@frozen public struct VP8Descriptor: Equatable, Sendable, BitwiseCopyable {
  /// The longest descriptor, in bytes.
  public static let maximumLength = 6

  /// The first byte without the X bit: N, S and the partition's index.
  @usableFromInline let required: UInt8
  /// 7 or 15 bits, as `hasLongPictureID` says.
  public let pictureID: UInt16?
  public let hasLongPictureID: Bool
  public let tl0PicIdx: UInt8?
  /// Temporal layer index, 0–3, and its layer-sync bit.
  public let temporalLayer: UInt8?
  public let isLayerSync: Bool
  /// 0–31.
  public let keyIndex: UInt8?
  /// The descriptor's own length in bytes; the VP8 data follows.
  public let length: Int
  /// Whether the packet begins a frame, and whether that is a keyframe.
  public let startsFrame: Bool
  public let startsKeyframe: Bool

  /// Reads the descriptor at the start of an RTP payload; `nil` when it is cut short or no data follows it.
  @inlinable public init?(_ payload: RawSpan) {
    let count = payload.byteCount
    guard count >= 2 else { return nil }
    let first = payload.u8(at: 0)
    let extensions = first & 0x80 == 0 ? 0 : payload.u8(at: 1)
    var end = first & 0x80 == 0 ? 1 : 2
    var pictureID: UInt16?
    var isLong = false
    var tl0PicIdx: UInt8?
    var temporalLayer: UInt8?
    var isLayerSync = false
    var keyIndex: UInt8?
    if extensions & 0x80 != 0 {
      guard count > end else { return nil }
      isLong = payload.u8(at: end) & 0x80 != 0
      guard count > end &+ 1 else { return nil }
      pictureID = isLong ? payload.u16(at: end) & 0x7fff : UInt16(payload.u8(at: end))
      end &+= isLong ? 2 : 1
    }
    if extensions & 0x40 != 0 {
      guard count > end else { return nil }
      tl0PicIdx = payload.u8(at: end)
      end &+= 1
    }
    if extensions & 0x30 != 0 {
      guard count > end else { return nil }
      let byte = payload.u8(at: end)
      if extensions & 0x20 != 0 {
        temporalLayer = byte >> 6
        isLayerSync = byte & 0x20 != 0
      }
      if extensions & 0x10 != 0 { keyIndex = byte & 0x1f }
      end &+= 1
    }
    guard count > end else { return nil }
    required = first & 0x37
    self.pictureID = pictureID
    hasLongPictureID = isLong
    self.tl0PicIdx = tl0PicIdx
    self.temporalLayer = temporalLayer
    self.isLayerSync = isLayerSync
    self.keyIndex = keyIndex
    length = end
    startsFrame = first & 0x17 == 0x10
    // The P bit of the frame's first byte is 0 for a keyframe (RFC 6386 section 9.1).
    startsKeyframe = startsFrame && payload.u8(at: end) & 1 == 0
  }

  /// Whether no other frame depends on this one (the N bit).
  @inlinable public var isDiscardable: Bool { required & 0x20 != 0 }

  /// Writes this descriptor with other indices and always a picture id of 15 bits, so that one slot's ids stay continuous
  /// over sources of different habits. Gives its length, at most `maximumLength`; `nil` when `out` has no room.
  public func write(
    pictureID newPictureID: UInt16, tl0PicIdx newTL0PicIdx: UInt8, keyIndex newKeyIndex: UInt8,
    into out: inout MutableRawSpan, at start: Int
  ) -> Int? {
    guard start >= 0, start <= out.byteCount, out.byteCount - start >= Self.maximumLength else { return nil }
    var extensions: UInt8 = 0x80
    out.store(u8: 0x80 | required, at: start)
    out.store(u16: 0x8000 | newPictureID, at: start + 2)
    var end = start + 4
    if tl0PicIdx != nil {
      extensions |= 0x40
      out.store(u8: newTL0PicIdx, at: end)
      end += 1
    }
    if temporalLayer != nil || keyIndex != nil {
      extensions |= (temporalLayer == nil ? 0 : 0x20) | (keyIndex == nil ? 0 : 0x10)
      out.store(u8: layerByte(keyIndex: newKeyIndex), at: end)
      end += 1
    }
    out.store(u8: extensions, at: start + 1)
    return end - start
  }

  private func layerByte(keyIndex newKeyIndex: UInt8) -> UInt8 {
    (temporalLayer ?? 0) << 6 | (isLayerSync ? 0x20 : 0) | (keyIndex == nil ? 0 : newKeyIndex & 0x1f)
  }
}
