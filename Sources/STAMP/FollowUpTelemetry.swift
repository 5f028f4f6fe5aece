import Wire

/// The value of the Follow-Up Telemetry TLV (RFC 8972 section 4.7, erratum 8339): when the reflector's previous answer
/// really left, which is known only after its own T3 was written.
@frozen public struct FollowUpTelemetry: Sendable, Equatable, BitwiseCopyable {
  public static let byteCount = 16
  /// Number and timestamp: what is zeroed where there is nothing to tell.
  static let toldByteCount = 12

  /// The reflector's own number of its previous answer in this session.
  public var sequenceNumber: UInt32
  /// In the format of the answer's own timestamps; 0 where nothing is known.
  public var timestamp: Timestamp
  /// How it was taken, as in `TimestampInformation.Method`; 0 where nothing is known.
  public var method: UInt8

  public init(sequenceNumber: UInt32, timestamp: Timestamp, method: UInt8) {
    self.sequenceNumber = sequenceNumber
    self.timestamp = timestamp
    self.method = method
  }

  /// There was no previous answer, or nobody knows when it left.
  public static let unknown = FollowUpTelemetry(sequenceNumber: 0, timestamp: Timestamp(bits: 0), method: 0)

  public var isKnown: Bool { timestamp.bits != 0 }

  init(_ packet: RawSpan, at offset: Int) {
    sequenceNumber = packet.u32(at: offset)
    timestamp = Timestamp(bits: packet.u64(at: offset + 4))
    method = packet.u8(at: offset + 12)
  }

  @_lifetime(packet: copy packet)
  func write(into packet: inout MutableRawSpan, at offset: Int) {
    packet.store(u32: sequenceNumber, at: offset)
    packet.store(u64: timestamp.bits, at: offset + 4)
    packet.store(u8: method, at: offset + 12)
    zero(&packet, offset + 13..<offset + Self.byteCount)
  }
}
