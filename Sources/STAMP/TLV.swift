import Wire

/// One extension of a test packet: where it lies and what its header says (RFC 8972 section 4).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |U|M|I|         |     Type      |            Length             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                            Value                              ~
@frozen public struct TLV: Sendable, Equatable, BitwiseCopyable {
  public static let headerByteCount = 4

  public var flags: Flags
  public var type: UInt8
  /// Of the header, from the packet's first byte.
  public var offset: Int
  /// Of the value, in bytes.
  public var length: Int

  public var value: Range<Int> { offset + Self.headerByteCount..<end }
  public var end: Int { offset + Self.headerByteCount + length }

  /// A sender sets U alone; a reflector answers with what it found.
  public struct Flags: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    /// U: the reflector does not know this type.
    public static let unrecognized = Flags(rawValue: 0x80)
    /// M: its length cannot be.
    public static let malformed = Flags(rawValue: 0x40)
    /// I: the HMAC over the TLVs is not right.
    public static let integrityFailed = Flags(rawValue: 0x20)
  }

  /// Types that this module gives a meaning to.
  public enum Kind {
    public static let extraPadding: UInt8 = 1
    public static let location: UInt8 = 2
    public static let timestampInformation: UInt8 = 3
    public static let classOfService: UInt8 = 4
    public static let directMeasurement: UInt8 = 5
    public static let followUpTelemetry: UInt8 = 7
    public static let hmac: UInt8 = 8
  }

  /// Writes a header with an empty value, which the caller fills.
  @_lifetime(packet: copy packet)
  func write(into packet: inout MutableRawSpan) {
    packet.store(u8: flags.rawValue, at: offset)
    packet.store(u8: type, at: offset + 1)
    packet.store(u16: UInt16(truncatingIfNeeded: length), at: offset + 2)
    zero(&packet, value)
  }
}

/// A TLV that does not fit into its packet.
public struct TLVError: Error, Equatable, Sendable {
  /// Of its header, from the packet's first byte.
  public let offset: Int
}

/// Walks over the TLVs of a packet.
@frozen public struct TLVReader: Sendable, BitwiseCopyable {
  private var offset: Int

  /// Starts where the base packet ends.
  public init(mode: PacketMode) {
    offset = mode.baseByteCount
  }

  /// Starts at a byte of the packet, where a TLV's own TLVs begin.
  init(from offset: Int) {
    self.offset = offset
  }

  /// The next TLV, `nil` at the packet's end.
  ///
  /// - Throws: when a header or the value it announces is cut short; the walk cannot go on.
  public mutating func next(in packet: RawSpan) throws(TLVError) -> TLV? {
    let remaining = packet.byteCount - offset
    guard remaining > 0 else { return nil }
    guard remaining >= TLV.headerByteCount else { throw TLVError(offset: offset) }
    let tlv = TLV(
      flags: TLV.Flags(rawValue: packet.u8(at: offset)), type: packet.u8(at: offset + 1), offset: offset,
      length: Int(packet.u16(at: offset + 2)))
    guard tlv.end <= packet.byteCount else { throw TLVError(offset: offset) }
    offset = tlv.end
    return tlv
  }
}
