import Wire

/// What the relay needs to know of an Opus payload (RFC 6716 section 3.1, RFC 7587).
///
///      0 1 2 3 4 5 6 7
///     +-+-+-+-+-+-+-+-+
///     | config  |s| c |      the TOC byte
///     +-+-+-+-+-+-+-+-+
public enum Opus {
  /// Every Opus RTP stream counts 48,000 ticks a second (RFC 7587 section 4.1).
  public static let clockRate: UInt32 = 48_000

  /// Ticks in a frame of 20 ms, the length of `silence`.
  public static let silenceTicks: UInt32 = 960

  /// Bytes of the silent frame that `writeSilence` writes.
  public static let silenceLength = 3

  /// Writes one frame of digital silence: 20 ms of mono fullband CELT. Three of them end a talk spurt so that a receiver
  /// conceals nothing. `false` when `out` has no room at `offset`.
  public static func writeSilence(into out: inout MutableRawSpan, at offset: Int) -> Bool {
    guard offset >= 0, offset <= out.byteCount, out.byteCount - offset >= silenceLength else { return false }
    out.store(u8: 0xf8, at: offset)
    out.store(u16: 0xfffe, at: offset + 1)
    return true
  }

  /// The longest frame of discontinuous transmission in bytes.
  public static let discontinuousLength = 2

  /// Whether a payload is a frame of discontinuous transmission: a TOC byte with at most one more (RFC 6716 section
  /// 3.2.1 allows a frame of no bytes; encoders send one or two in all).
  @inlinable public static func isDiscontinuous(_ payload: RawSpan) -> Bool {
    payload.byteCount <= discontinuousLength
  }

  /// Ticks of sound in a payload: 120–5,760; `nil` when it is empty, has no frames or would exceed 120 ms.
  public static func ticks(in payload: RawSpan) -> UInt32? {
    guard payload.byteCount >= 1 else { return nil }
    let toc = payload.u8(at: 0)
    let frames: UInt32
    switch toc & 0b11 {
    case 0: frames = 1
    case 1, 2: frames = 2
    default:
      guard payload.byteCount >= 2 else { return nil }
      frames = UInt32(payload.u8(at: 1) & 0x3f)
    }
    let ticks = frames * frameTicks(configuration: toc >> 3)
    return frames > 0 && ticks <= 5_760 ? ticks : nil
  }

  /// Table 2 of RFC 6716: SILK 10, 20, 40, 60 ms; hybrid 10, 20 ms; CELT 2.5, 5, 10, 20 ms.
  private static func frameTicks(configuration: UInt8) -> UInt32 {
    switch configuration {
    case 0..<12: configuration & 3 == 3 ? 2_880 : 480 << UInt32(configuration & 3)
    case 12..<16: 480 << UInt32(configuration & 1)
    default: 120 << UInt32(configuration & 3)
    }
  }
}
