import Wire

/// What a session-sender sends, without its TLVs (RFC 8762 section 4.2, with the SSID of RFC 8972 section 3).
///
///     unauthenticated, 44 octets             authenticated, 112 octets
///      0  sequence number                     0  sequence number
///      4  timestamp (8)                       4  must be zero (12)
///     12  error estimate (2), SSID (2)       16  timestamp (8)
///     16  must be zero (28)                  24  error estimate (2), SSID (2)
///                                            28  must be zero (68)
///                                            96  HMAC (16)
@frozen public struct SenderPacket: Sendable, Equatable, BitwiseCopyable {
  public var sequenceNumber: UInt32
  public var timestamp: Timestamp
  public var errorEstimate: ErrorEstimate
  /// Tells sessions of one pair of endpoints apart; 0 where the sender does not use it.
  public var ssid: UInt16

  public init(sequenceNumber: UInt32, timestamp: Timestamp, errorEstimate: ErrorEstimate, ssid: UInt16) {
    self.sequenceNumber = sequenceNumber
    self.timestamp = timestamp
    self.errorEstimate = errorEstimate
    self.ssid = ssid
  }

  /// `nil` when the packet is shorter than its base. What must be zero is not looked at.
  public init?(_ packet: RawSpan, mode: PacketMode) {
    guard packet.byteCount >= mode.baseByteCount else { return nil }
    let time = Self.timestampOffset(mode)
    sequenceNumber = packet.u32(at: 0)
    timestamp = Timestamp(bits: packet.u64(at: time))
    errorEstimate = ErrorEstimate(bits: packet.u16(at: time + 8))
    ssid = packet.u16(at: time + 10)
  }

  /// Writes the base packet, its HMAC left zero, to the start of `packet`, which holds at least `baseByteCount`.
  @_lifetime(packet: copy packet)
  public func write(into packet: inout MutableRawSpan, mode: PacketMode) {
    zero(&packet, 0..<mode.baseByteCount)
    let time = Self.timestampOffset(mode)
    packet.store(u32: sequenceNumber, at: 0)
    packet.store(u64: timestamp.bits, at: time)
    packet.store(u16: errorEstimate.bits, at: time + 8)
    packet.store(u16: ssid, at: time + 10)
  }

  private static func timestampOffset(_ mode: PacketMode) -> Int {
    mode == .unauthenticated ? 4 : 16
  }
}

@_lifetime(packet: copy packet)
func zero(_ packet: inout MutableRawSpan, _ range: Range<Int>) {
  for offset in range { packet.store(u8: 0, at: offset) }
}
