import Wire

/// The beginning of VP9's payload descriptor in either mode (RFC 9628 section 4.2).
///
///          0 1 2 3 4 5 6 7
///         +-+-+-+-+-+-+-+-+
///         |I|P|L|F|B|E|V|Z| (REQUIRED)
///         +-+-+-+-+-+-+-+-+
///     I:  |M| PICTURE ID  | (REQUIRED in flexible mode)
///         +-+-+-+-+-+-+-+-+
///     M:  | EXTENDED PID  | (RECOMMENDED)
///         +-+-+-+-+-+-+-+-+
///     L:  | TID |U| SID |D| (Conditionally RECOMMENDED)
///         +-+-+-+-+-+-+-+-+
///         |   TL0PICIDX   | (Conditionally REQUIRED: not in flexible mode)
///         +-+-+-+-+-+-+-+-+
///
/// What follows, differences of pictures and the scalability structure, names pictures only by their distance, so that it
/// stays true when the ids are moved.
@frozen public struct VP9Descriptor: Equatable, Sendable, BitwiseCopyable {
  /// The longest prefix that `writePrefix` writes, in bytes.
  public static let maximumPrefixLength = 5

  @usableFromInline let required: UInt8
  @usableFromInline let layers: UInt8?
  /// 7 or 15 bits, as `hasLongPictureID` says.
  public let pictureID: UInt16?
  public let hasLongPictureID: Bool
  public let tl0PicIdx: UInt8?
  /// How many bytes `writePrefix` replaces.
  public let prefixLength: Int

  /// Reads the descriptor's start; `nil` when it is cut short.
  @inlinable public init?(_ payload: RawSpan) {
    let count = payload.byteCount
    guard count >= 1 else { return nil }
    let first = payload.u8(at: 0)
    var end = 1
    var pictureID: UInt16?
    var isLong = false
    var layers: UInt8?
    var tl0PicIdx: UInt8?
    if first & 0x80 != 0 {
      guard count > end else { return nil }
      isLong = payload.u8(at: end) & 0x80 != 0
      guard !isLong || count > end &+ 1 else { return nil }
      pictureID = isLong ? payload.u16(at: end) & 0x7fff : UInt16(payload.u8(at: end))
      end &+= isLong ? 2 : 1
    }
    if first & 0x20 != 0 {
      guard count > end else { return nil }
      layers = payload.u8(at: end)
      end &+= 1
      if first & 0x10 == 0 {
        guard count > end else { return nil }
        tl0PicIdx = payload.u8(at: end)
        end &+= 1
      }
    }
    required = first
    self.layers = layers
    self.pictureID = pictureID
    hasLongPictureID = isLong
    self.tl0PicIdx = tl0PicIdx
    prefixLength = end
  }

  /// 0–7; `nil` when the stream has no layers.
  @inlinable public var temporalLayer: UInt8? { layers.map { $0 >> 5 } }
  @inlinable public var spatialLayer: UInt8? { layers.map { $0 >> 1 & 7 } }
  @inlinable public var isInterPicturePredicted: Bool { required & 0x40 != 0 }
  @inlinable public var startsFrame: Bool { required & 0x08 != 0 }
  @inlinable public var endsFrame: Bool { required & 0x04 != 0 }

  /// The first packet of a picture that needs no other: not predicted, and of the lowest spatial layer.
  @inlinable public var startsKeyframe: Bool {
    startsFrame && !isInterPicturePredicted && (spatialLayer ?? 0) == 0
  }

  /// Writes the first `prefixLength` bytes with other indices and always a picture id of 15 bits, so that one slot's ids
  /// stay continuous over sources of different habits. Gives its length, at most `maximumPrefixLength`; `nil` when `out`
  /// has no room.
  public func writePrefix(
    pictureID newPictureID: UInt16, tl0PicIdx newTL0PicIdx: UInt8, into out: inout MutableRawSpan, at start: Int
  ) -> Int? {
    guard start >= 0, start <= out.byteCount, out.byteCount - start >= Self.maximumPrefixLength else { return nil }
    out.store(u8: required | 0x80, at: start)
    out.store(u16: 0x8000 | newPictureID, at: start + 1)
    var end = start + 3
    if let layers {
      out.store(u8: layers, at: end)
      end += 1
    }
    if tl0PicIdx != nil {
      out.store(u8: newTL0PicIdx, at: end)
      end += 1
    }
    return end - start
  }
}
