/// How good a timestamp's clock is, and which format the timestamp has (RFC 8762 section 4.2.1, RFC 8186).
///
///      0                   1
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |S|Z|   Scale   |   Multiplier  |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
@frozen public struct ErrorEstimate: Sendable, Hashable, BitwiseCopyable {
  public var bits: UInt16

  public init(bits: UInt16) {
    self.bits = bits
  }

  /// `errorNanoseconds` is rounded up; `nil` when nobody knows, sent as the greatest there is, since a multiplier of 0
  /// would make the packet invalid.
  public init(isSynchronized: Bool, errorNanoseconds: UInt64?, format: TimestampFormat = .ntp) {
    var scale: UInt16 = 63
    var multiplier: UInt64 = 255
    // In units of 2^-32 s, as far as those can be counted.
    if let product = errorNanoseconds?.multipliedFullWidth(by: 1 << 32), product.high < 1_000_000_000 {
      let (quotient, remainder) = UInt64(1_000_000_000).dividingFullWidth(product)
      (scale, multiplier) = (0, max(1, remainder > 0 ? quotient + 1 : quotient))
      while multiplier > 255 {
        multiplier = multiplier / 2 + multiplier % 2
        scale += 1
      }
    }
    bits = (isSynchronized ? 0x8000 : 0) | (format == .ptp ? 0x4000 : 0) | scale << 8 | UInt16(multiplier)
  }

  /// S: the clock follows an external source.
  public var isSynchronized: Bool { bits & 0x8000 != 0 }
  /// Z.
  public var format: TimestampFormat { bits & 0x4000 != 0 ? .ptp : .ntp }

  /// Multiplier · 2^(scale − 32) seconds, rounded up, in nanoseconds; `nil` when the multiplier is 0, which says
  /// nothing, or when it is too much to count.
  public var nanoseconds: UInt64? {
    let multiplier = UInt64(bits & 0xff)
    guard multiplier > 0 else { return nil }
    let scale = UInt64(bits >> 8 & 0x3f)
    let scaled = multiplier * 1_000_000_000
    guard scale > 32 else { return (scaled + (1 << (32 - scale)) - 1) >> (32 - scale) }
    let shift = scale - 32
    return scaled.leadingZeroBitCount > Int(shift) ? scaled << shift : nil
  }
}
