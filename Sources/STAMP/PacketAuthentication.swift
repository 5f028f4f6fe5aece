import Cipher
import Wire

/// The two HMACs of a test packet: of the base in authenticated mode (RFC 8762 section 4.4) and of the TLVs (RFC 8972
/// section 4.8). Both are HMAC-SHA-256 cut to 16 octets.
extension HMACSHA256 {
  /// Writes the base packet's HMAC; the packet is in authenticated mode.
  @_lifetime(packet: copy packet)
  public func sealBase(of packet: inout MutableRawSpan) {
    let code = code(for: packet.bytes.extracting(0..<PacketMode.authenticationOffset))
    packet.store(code.truncated, at: PacketMode.authenticationOffset)
  }

  /// Whether a packet in authenticated mode, at least a base long, carries the right HMAC.
  public func authenticatesBase(of packet: RawSpan) -> Bool {
    let code = code(for: packet.extracting(0..<PacketMode.authenticationOffset))
    let range = PacketMode.authenticationOffset..<PacketMode.authenticationOffset + PacketMode.authenticationByteCount
    return constantTimeEqual(code.truncated, packet.extracting(range))
  }

  /// Writes the value of the HMAC TLV at `tlv`: it covers the sequence number and all TLVs before.
  @_lifetime(packet: copy packet)
  func seal(_ tlv: TLV, of packet: inout MutableRawSpan, mode: PacketMode) {
    let code = code(for: packet.bytes.extracting(0..<4), packet.bytes.extracting(mode.baseByteCount..<tlv.offset))
    packet.store(code.truncated, at: tlv.value.lowerBound)
  }

  /// Whether the HMAC TLV at `tlv`, found by walking this packet, is right.
  func authenticates(_ tlv: TLV, of packet: RawSpan, mode: PacketMode) -> Bool {
    guard tlv.length == PacketMode.authenticationByteCount else { return false }
    let code = code(for: packet.extracting(0..<4), packet.extracting(mode.baseByteCount..<tlv.offset))
    return constantTimeEqual(code.truncated, packet.extracting(tlv.value))
  }
}

extension HMACSHA256.Code {
  fileprivate var truncated: RawSpan {
    @_lifetime(borrow self) get {
      span.bytes.extracting(0..<PacketMode.authenticationByteCount)
    }
  }
}
