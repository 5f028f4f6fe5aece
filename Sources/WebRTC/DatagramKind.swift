import Wire

/// What a datagram on the one media port is, told by its first bytes (RFC 7983 section 7, RFC 5761 section 4).
public enum DatagramKind: Sendable, BitwiseCopyable {
  case stun
  case dtls
  case rtp
  case rtcp

  /// `nil` for what none of them begins with: ZRTP, TURN channels, an empty datagram and noise.
  @inlinable public init?(_ datagram: RawSpan) {
    guard datagram.byteCount >= 2 else { return nil }
    switch datagram.u8(at: 0) {
    case 0...3: self = .stun
    case 20...63: self = .dtls
    case 128...191: self = (192...223).contains(datagram.u8(at: 1)) ? .rtcp : .rtp
    default: return nil
    }
  }
}
