import Wire

/// A retransmission's payload (RFC 4588 section 4): the original sequence number before the original payload.
///
///      0                   1
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |            OSN                |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  original RTP packet payload ...
public enum RTX {
  /// Bytes before the original payload.
  public static let headerLength = 2

  /// The sequence number of the packet sent again; `nil` when the payload is padding only or too short.
  @inlinable public static func originalSequenceNumber(_ payload: RawSpan) -> UInt16? {
    payload.byteCount >= headerLength ? payload.u16(at: 0) : nil
  }
}
