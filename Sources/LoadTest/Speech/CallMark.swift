import Wire

/// What a participant who speaks writes into each picture's first packet, for whoever measures at another place: how much
/// was sent, and what makes a round trip of two ways.
public struct CallMark: Hashable, Sendable {
  static let byteCount = 20

  /// Voice packets sent before the picture; wraps.
  public var voices: UInt32
  /// When the newest mark that had come from the other end had been sent, by that end's clock; `nil` before the first, and
  /// when it came more than four seconds ago.
  public var echo: NTPTime?
  /// How long before this mark that one had come, in nanoseconds.
  public var heldNanoseconds: UInt32
  /// Bound of the error of the clock that stamps the packets, rounded up to microseconds; `nil` where nothing keeps it right.
  public var clockErrorMicroseconds: UInt32?

  public init(
    voices: UInt32, echo: NTPTime? = nil, heldNanoseconds: UInt32 = 0, clockErrorMicroseconds: UInt32? = nil
  ) {
    self.voices = voices
    self.echo = echo
    self.heldNanoseconds = heldNanoseconds
    self.clockErrorMicroseconds = clockErrorMicroseconds
  }

  private static let unknown = UInt32.max

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u32: voices)
    bytes.append(u64: echo?.bits ?? 0)
    bytes.append(u32: heldNanoseconds)
    bytes.append(u32: clockErrorMicroseconds ?? Self.unknown)
    return bytes
  }

  /// The mark that begins at `offset`; `nil` where the bytes end before it does.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard bytes.byteCount - offset >= Self.byteCount else { return nil }
    voices = bytes.u32(at: offset)
    let stamp = bytes.u64(at: offset + 4)
    echo = stamp == 0 ? nil : NTPTime(bits: stamp)
    heldNanoseconds = bytes.u32(at: offset + 12)
    let error = bytes.u32(at: offset + 16)
    clockErrorMicroseconds = error == Self.unknown ? nil : error
  }
}
