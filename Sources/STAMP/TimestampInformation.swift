import Wire

/// The value of the Timestamp Information TLV (RFC 8972 section 4.3): what the reflector's clock follows, and how it
/// takes its timestamps.
@frozen public struct TimestampInformation: Sendable, Equatable, BitwiseCopyable {
  public static let byteCount = 4

  /// Where a clock gets its time; others may come.
  public enum Source {
    public static let ntp: UInt8 = 1
    public static let ptp: UInt8 = 2
    /// A clock that nothing corrects.
    public static let freeRunning: UInt8 = 5
  }

  /// How a timestamp is taken.
  public enum Method {
    public static let hardware: UInt8 = 1
    public static let software: UInt8 = 2
  }

  /// Of T2, the packet's arrival at the reflector.
  public var sourceIn: UInt8
  public var methodIn: UInt8
  /// Of T3, the answer's departure.
  public var sourceOut: UInt8
  public var methodOut: UInt8

  public init(source: UInt8, method: UInt8) {
    sourceIn = source
    methodIn = method
    sourceOut = source
    methodOut = method
  }

  init(_ packet: RawSpan, at offset: Int) {
    sourceIn = packet.u8(at: offset)
    methodIn = packet.u8(at: offset + 1)
    sourceOut = packet.u8(at: offset + 2)
    methodOut = packet.u8(at: offset + 3)
  }

  @_lifetime(packet: copy packet)
  func write(into packet: inout MutableRawSpan, at offset: Int) {
    packet.store(u8: sourceIn, at: offset)
    packet.store(u8: methodIn, at: offset + 1)
    packet.store(u8: sourceOut, at: offset + 2)
    packet.store(u8: methodOut, at: offset + 3)
  }
}
