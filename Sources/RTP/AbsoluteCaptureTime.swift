import Wire

/// When the first sample or picture of a packet was captured, by the clock of whoever captured it (the
/// abs-capture-time extension).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |               absolute capture timestamp (UQ32.32)            |
///     |                                                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  estimated capture clock offset (Q32.32, two's complement)    |
///     |                        (OPTIONAL)                             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
@frozen public struct AbsoluteCaptureTime: Equatable, Sendable, BitwiseCopyable {
  public static let uri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
  /// Bytes with the offset.
  public static let length = 16

  public var captured: NTPTime
  /// What is added to the sender's NTP clock to get the capturer's, in 2^-32 s; `nil` when the sender does not say.
  public var clockOffset: Int64?

  @inlinable public init(captured: NTPTime, clockOffset: Int64?) {
    self.captured = captured
    self.clockOffset = clockOffset
  }

  /// Reads an element's data; `nil` when it has neither length.
  @inlinable public init?(_ data: RawSpan) {
    guard data.byteCount == 8 || data.byteCount == Self.length else { return nil }
    captured = NTPTime(bits: data.u64(at: 0))
    clockOffset = data.byteCount == Self.length ? Int64(bitPattern: data.u64(at: 8)) : nil
  }

  /// The data as the extension carries it, with the offset; 0 where none is known.
  public var bytes: InlineArray<16, UInt8> {
    let offset = UInt64(bitPattern: clockOffset ?? 0)
    let captured = captured.bits
    return InlineArray<16, UInt8> { index in
      UInt8(truncatingIfNeeded: (index < 8 ? captured : offset) >> UInt64(56 - 8 * (index & 7)))
    }
  }
}
