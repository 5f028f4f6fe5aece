import Wire

/// Receiver Estimated Maximum Bitrate (draft-alvestrand-rmcat-remb-03 section 2.2).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  Unique identifier 'R' 'E' 'M' 'B'                            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  Num SSRC     | BR Exp    |  BR Mantissa                      |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |   SSRC feedback                                               |
///     |  ...                                                          |
@frozen public struct REMB: Equatable, Sendable, BitwiseCopyable {
  private static let identifier: UInt32 = 0x5245_4d42

  public let senderSSRC: UInt32
  /// Held at the end of `UInt64`.
  public let bitsPerSecond: UInt64
  /// How many sources share the estimate.
  public let count: Int
  private let offset: Int

  /// `nil` when the feedback has another format or identifier, or is too short for the sources it counts.
  public init?(_ feedback: Feedback, in datagram: RawSpan) {
    guard feedback.format == .applicationLayer, feedback.length >= 8,
      datagram.u32(at: feedback.offset) == Self.identifier
    else { return nil }
    let word = datagram.u32(at: feedback.offset + 4)
    senderSSRC = feedback.senderSSRC
    count = Int(word >> 24)
    offset = feedback.offset + 8
    let mantissa = UInt64(word & 0x3_ffff)
    let exponent = UInt64(word >> 18 & 0x3f)
    let isHeld = mantissa != 0 && exponent > UInt64(mantissa.leadingZeroBitCount)
    bitsPerSecond = isHeld ? .max : mantissa << exponent
    guard feedback.length >= 8 + 4 * count else { return nil }
  }

  /// One of the sources; `index` is below `count`.
  public func ssrc(_ index: Int, in datagram: RawSpan) -> UInt32 {
    precondition(index >= 0 && index < count, "the source exists")
    return datagram.u32(at: offset + 4 * index)
  }

  /// Writes an estimate for the first 255 of `sources`, rounded down to 18 significant bits; gives the bytes written,
  /// `nil` when they do not fit.
  public static func write(
    senderSSRC: UInt32, bitsPerSecond: UInt64, sources: Span<UInt32>, into out: inout MutableRawSpan, at offset: Int
  ) -> Int? {
    let count = min(sources.count, 255)
    let length = Feedback.fixedLength + 8 + 4 * count
    guard
      Feedback.writeHeader(
        .applicationLayer, senderSSRC: senderSSRC, mediaSSRC: 0, length: length, into: &out, at: offset)
    else { return nil }
    let exponent = max(0, UInt64.bitWidth - bitsPerSecond.leadingZeroBitCount - 18)
    let mantissa = UInt32(truncatingIfNeeded: bitsPerSecond >> UInt64(exponent))
    out.store(u32: identifier, at: offset + 12)
    out.store(u32: UInt32(count) << 24 | UInt32(exponent) << 18 | mantissa, at: offset + 16)
    for index in 0..<count {
      out.store(u32: sources[index], at: offset + 20 + 4 * index)
    }
    return length
  }
}
