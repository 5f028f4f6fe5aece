import Wire

/// The clear parts of an RTP packet that SRTP has to know (RFC 3711 section 3.1).
struct RTPLayout: BitwiseCopyable {
  let headerByteCount: Int
  let sequenceNumber: UInt16
  let ssrc: UInt32

  /// Reads the header at the beginning of `packet`; `nil` when it is not whole.
  init?(_ packet: RawSpan) {
    guard packet.byteCount >= 12 else { return nil }
    let first = packet.u8(at: 0)
    guard first >> 6 == 2 else { return nil }
    var count = 12 + 4 * Int(first & 0x0f)
    if first & 0x10 != 0 {
      guard packet.byteCount >= count + 4 else { return nil }
      count += 4 + 4 * Int(packet.u16(at: count + 2))
    }
    guard count <= packet.byteCount else { return nil }
    headerByteCount = count
    sequenceNumber = packet.u16(at: 2)
    ssrc = packet.u32(at: 8)
  }
}
