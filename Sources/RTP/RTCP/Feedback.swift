import Wire

/// What every feedback packet begins with (RFC 4585 section 6.1).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |V=2|P|   FMT   |       PT      |          length               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                  SSRC of packet sender                        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                  SSRC of media source                         |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     :            Feedback Control Information (FCI)                 :
@frozen public struct Feedback: Equatable, Sendable, BitwiseCopyable {
  /// Length in bytes without the FCI.
  public static let fixedLength = 12

  /// The meaning of the five count bits, with the packet type it belongs to.
  @frozen public enum Format: Sendable {
    case nack
    case transportWide
    case pictureLoss
    case fullIntraRequest
    /// Application-layer feedback: a receiver's estimated maximum bit rate when the FCI begins with "REMB".
    case applicationLayer
  }

  public let format: Format
  public let senderSSRC: UInt32
  public let mediaSSRC: UInt32
  /// Where the FCI lies in the datagram.
  let offset: Int
  let length: Int

  /// `nil` when `packet` is not feedback of a known format or too short.
  public init?(_ packet: RTCPPacket, in datagram: RawSpan) {
    switch (packet.type, packet.count) {
    case (.transportFeedback, 1): format = .nack
    case (.transportFeedback, 15): format = .transportWide
    case (.payloadFeedback, 1): format = .pictureLoss
    case (.payloadFeedback, 4): format = .fullIntraRequest
    case (.payloadFeedback, 15): format = .applicationLayer
    default: return nil
    }
    guard packet.length >= Self.fixedLength else { return nil }
    senderSSRC = datagram.u32(at: packet.offset + 4)
    mediaSSRC = datagram.u32(at: packet.offset + 8)
    offset = packet.offset + Self.fixedLength
    length = packet.length - Self.fixedLength
  }

  /// Writes all but the FCI of a packet of `length` bytes; `false` when it does not fit.
  static func writeHeader(
    _ format: Format, senderSSRC: UInt32, mediaSSRC: UInt32, length: Int, into out: inout MutableRawSpan,
    at offset: Int
  ) -> Bool {
    guard RTCPPacket.fits(length, in: out, at: offset) else { return false }
    let (type, count): (RTCPType, UInt8) =
      switch format {
      case .nack: (.transportFeedback, 1)
      case .transportWide: (.transportFeedback, 15)
      case .pictureLoss: (.payloadFeedback, 1)
      case .fullIntraRequest: (.payloadFeedback, 4)
      case .applicationLayer: (.payloadFeedback, 15)
      }
    RTCPPacket.writeHeader(type, count: count, length: length, into: &out, at: offset)
    out.store(u32: senderSSRC, at: offset + 4)
    out.store(u32: mediaSSRC, at: offset + 8)
    return true
  }
}
