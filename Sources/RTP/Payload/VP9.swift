import Wire

/// The first bytes of VP9's payload descriptor in either mode (RFC 9628 section 4.2).
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
@frozen public struct VP9Descriptor: Equatable, Sendable, BitwiseCopyable {
  /// 7 or 15 bits.
  public let pictureID: UInt16?
  /// 0–7; `nil` when the stream has no layers.
  public let temporalLayer: UInt8?
  public let spatialLayer: UInt8?
  public let isInterPicturePredicted: Bool
  public let startsFrame: Bool
  public let endsFrame: Bool

  /// Reads the descriptor's start; `nil` when it is cut short.
  @inlinable public init?(_ payload: RawSpan) {
    let count = payload.byteCount
    guard count >= 1 else { return nil }
    let first = payload.u8(at: 0)
    var end = 1
    var pictureID: UInt16?
    var temporalLayer: UInt8?
    var spatialLayer: UInt8?
    if first & 0x80 != 0 {
      guard count > end else { return nil }
      let isLong = payload.u8(at: end) & 0x80 != 0
      guard !isLong || count > end &+ 1 else { return nil }
      pictureID = isLong ? payload.u16(at: end) & 0x7fff : UInt16(payload.u8(at: end))
      end &+= isLong ? 2 : 1
    }
    if first & 0x20 != 0 {
      guard count > end else { return nil }
      let byte = payload.u8(at: end)
      temporalLayer = byte >> 5
      spatialLayer = byte >> 1 & 7
    }
    self.pictureID = pictureID
    self.temporalLayer = temporalLayer
    self.spatialLayer = spatialLayer
    isInterPicturePredicted = first & 0x40 != 0
    startsFrame = first & 0x08 != 0
    endsFrame = first & 0x04 != 0
  }

  /// The first packet of a picture that needs no other: not predicted, and of the lowest spatial layer.
  @inlinable public var startsKeyframe: Bool {
    startsFrame && !isInterPicturePredicted && (spatialLayer ?? 0) == 0
  }
}
