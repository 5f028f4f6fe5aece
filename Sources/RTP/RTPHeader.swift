import Wire

/// The clear part of an RTP packet (RFC 3550 section 5.1), readable before SRTP has decrypted the rest.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |V=2|P|X|  CC   |M|     PT      |       sequence number         |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                           timestamp                           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |           synchronization source (SSRC) identifier            |
///     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
///     |            contributing source (CSRC) identifiers             |
///     |                             ....                              |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |      defined by profile       |           length              |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                       header extension                        |
///     |                             ....                              |
@frozen public struct RTPHeader: Equatable, Sendable, BitwiseCopyable {
  /// Length of the fixed part in bytes.
  public static let fixedLength = 12

  public let marker: Bool
  /// The P bit. The padding's length is in the packet's last byte, which SRTP encrypts: see `payloadLength(in:)`.
  public let hasPadding: Bool
  /// 0–127.
  public let payloadType: UInt8
  public let sequenceNumber: UInt16
  public let timestamp: UInt32
  public let ssrc: UInt32
  /// 0–15.
  public let csrcCount: Int
  /// The 16 bits "defined by profile" before the extension; 0 without one.
  public let extensionProfile: UInt16
  /// Where the extension's elements start, and their length in bytes (0 without an extension).
  public let extensionOffset: Int
  public let extensionLength: Int
  /// Where the payload starts, which is also the header's length in bytes.
  public let payloadOffset: Int

  /// `nil` when the version is not 2 or the header, its contributing sources or its extension do not fit.
  @inlinable public init?(_ packet: RawSpan) {
    guard packet.byteCount >= Self.fixedLength else { return nil }
    let first = packet.u8(at: 0)
    guard first >> 6 == 2 else { return nil }
    let second = packet.u8(at: 1)
    hasPadding = first & 0x20 != 0
    csrcCount = Int(first & 0x0f)
    marker = second & 0x80 != 0
    payloadType = second & 0x7f
    sequenceNumber = packet.u16(at: 2)
    timestamp = packet.u32(at: 4)
    ssrc = packet.u32(at: 8)
    let afterSources = Self.fixedLength &+ 4 &* csrcCount
    if first & 0x10 == 0 {
      extensionProfile = 0
      extensionOffset = afterSources
      extensionLength = 0
    } else {
      guard packet.byteCount >= afterSources &+ 4 else { return nil }
      extensionProfile = packet.u16(at: afterSources)
      extensionOffset = afterSources &+ 4
      extensionLength = 4 &* Int(packet.u16(at: afterSources &+ 2))
    }
    payloadOffset = extensionOffset &+ extensionLength
    guard packet.byteCount >= payloadOffset else { return nil }
  }

  /// A contributing source; `index` is below `csrcCount`.
  @inlinable public func csrc(_ index: Int, in packet: RawSpan) -> UInt32 {
    precondition(index >= 0 && index < csrcCount, "the contributing source exists")
    return packet.u32(at: Self.fixedLength + 4 * index)
  }

  /// Bytes of payload without padding in the decrypted `packet` that this header was read from; 0 for a packet of padding
  /// only; `nil` when the padding's length is zero or reaches into the header (RFC 3550 section 5.1).
  @inlinable public func payloadLength(in packet: RawSpan) -> Int? {
    let available = packet.byteCount &- payloadOffset
    guard hasPadding else { return available >= 0 ? available : nil }
    guard available > 0 else { return nil }
    let padding = Int(packet.u8(at: packet.byteCount &- 1))
    return padding > 0 && padding <= available ? available &- padding : nil
  }

  /// The payload without padding, under the same conditions.
  @inlinable @_lifetime(copy packet)
  public func payload(in packet: RawSpan) -> RawSpan? {
    guard let length = payloadLength(in: packet) else { return nil }
    return packet.extracting(payloadOffset..<(payloadOffset &+ length))
  }

  /// Whether a datagram whose first byte is 128–191 is RTCP rather than RTP (RFC 5761 section 4).
  @inlinable public static func isRTCP(_ datagram: RawSpan) -> Bool {
    datagram.byteCount >= 2 && (192...223).contains(datagram.u8(at: 1))
  }
}
