import Wire

/// What a session-reflector answers, without its TLVs (RFC 8762 section 4.3, with the SSID of RFC 8972 section 3).
///
///     unauthenticated, 44 octets             authenticated, 112 octets
///      0  sequence number                     0  sequence number
///      4  timestamp, T3 (8)                   4  must be zero (12)
///     12  error estimate (2), SSID (2)       16  timestamp, T3 (8)
///     16  receive timestamp, T2 (8)          24  error estimate (2), SSID (2), must be zero (4)
///     24  sender's sequence number           32  receive timestamp, T2 (8), must be zero (8)
///     28  sender's timestamp, T1 (8)         48  sender's sequence number, must be zero (12)
///     36  sender's error estimate (2)        64  sender's timestamp, T1 (8)
///     38  must be zero (2)                   72  sender's error estimate (2), must be zero (6)
///     40  sender's TTL                       80  sender's TTL
///     41  must be zero (3)                   81  must be zero (15)
///                                            96  HMAC (16)
@frozen public struct ReflectorPacket: Sendable, Equatable, BitwiseCopyable {
  /// A stateful reflector's own count of its answers in this session; a stateless one repeats the sender's number.
  public var sequenceNumber: UInt32
  public var transmitTimestamp: Timestamp
  /// Of both timestamps of the reflector.
  public var errorEstimate: ErrorEstimate
  public var ssid: UInt16
  public var receiveTimestamp: Timestamp
  public var senderSequenceNumber: UInt32
  public var senderTimestamp: Timestamp
  public var senderErrorEstimate: ErrorEstimate
  /// TTL or hop limit of the sender's packet on arrival.
  public var senderTTL: UInt8

  public init(
    sequenceNumber: UInt32, transmitTimestamp: Timestamp, errorEstimate: ErrorEstimate, receiveTimestamp: Timestamp,
    answering request: SenderPacket, senderTTL: UInt8
  ) {
    self.sequenceNumber = sequenceNumber
    self.transmitTimestamp = transmitTimestamp
    self.errorEstimate = errorEstimate
    ssid = request.ssid
    self.receiveTimestamp = receiveTimestamp
    senderSequenceNumber = request.sequenceNumber
    senderTimestamp = request.timestamp
    senderErrorEstimate = request.errorEstimate
    self.senderTTL = senderTTL
  }

  /// `nil` when the packet is shorter than its base. What must be zero is not looked at, and a TWAMP Light reflector
  /// need not send what follows the TTL (RFC 5357 section 4.2.1).
  public init?(_ packet: RawSpan, mode: PacketMode) {
    let layout = Layout(mode)
    guard packet.byteCount > (mode == .unauthenticated ? layout.ttl : mode.baseByteCount - 1) else { return nil }
    sequenceNumber = packet.u32(at: 0)
    transmitTimestamp = Timestamp(bits: packet.u64(at: layout.transmit))
    errorEstimate = ErrorEstimate(bits: packet.u16(at: layout.transmit + 8))
    ssid = packet.u16(at: layout.transmit + 10)
    receiveTimestamp = Timestamp(bits: packet.u64(at: layout.receive))
    senderSequenceNumber = packet.u32(at: layout.senderSequence)
    senderTimestamp = Timestamp(bits: packet.u64(at: layout.sender))
    senderErrorEstimate = ErrorEstimate(bits: packet.u16(at: layout.sender + 8))
    senderTTL = packet.u8(at: layout.ttl)
  }

  /// Writes the base packet, its HMAC left zero, to the start of `packet`, which holds at least `baseByteCount`.
  @_lifetime(packet: copy packet)
  public func write(into packet: inout MutableRawSpan, mode: PacketMode) {
    zero(&packet, 0..<mode.baseByteCount)
    let layout = Layout(mode)
    packet.store(u32: sequenceNumber, at: 0)
    packet.store(u64: transmitTimestamp.bits, at: layout.transmit)
    packet.store(u16: errorEstimate.bits, at: layout.transmit + 8)
    packet.store(u16: ssid, at: layout.transmit + 10)
    packet.store(u64: receiveTimestamp.bits, at: layout.receive)
    packet.store(u32: senderSequenceNumber, at: layout.senderSequence)
    packet.store(u64: senderTimestamp.bits, at: layout.sender)
    packet.store(u16: senderErrorEstimate.bits, at: layout.sender + 8)
    packet.store(u8: senderTTL, at: layout.ttl)
  }

  private struct Layout {
    let transmit, receive, senderSequence, sender, ttl: Int

    init(_ mode: PacketMode) {
      (transmit, receive, senderSequence, sender, ttl) =
        mode == .unauthenticated ? (4, 16, 24, 28, 40) : (16, 32, 48, 64, 80)
    }
  }
}
