import Wire

/// SDES with one chunk and its CNAME, the item every compound carries (RFC 3550 section 6.5).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |V=2|P|    SC   |  PT=SDES=202  |             length            |
///     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
///     |                          SSRC/CSRC_1                          |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |    CNAME=1    |     length    | user and domain name        ...
@frozen public struct SourceDescription: Equatable, Sendable, BitwiseCopyable {
  private static let canonicalName: UInt8 = 1

  public let ssrc: UInt32
  /// Offset of the name in the datagram, and its length in bytes (0–255).
  public let nameOffset: Int
  public let nameLength: Int

  /// The first chunk's CNAME; `nil` when `packet` is another type, is cut short or has none.
  public init?(_ packet: RTCPPacket, in datagram: RawSpan) {
    guard packet.type == .sourceDescription, packet.count >= 1, packet.length >= 8 else { return nil }
    let end = packet.offset + packet.length
    var offset = packet.offset + 8
    while offset + 2 <= end {
      let type = datagram.u8(at: offset)
      let length = Int(datagram.u8(at: offset + 1))
      guard type != 0, offset + 2 + length <= end else { return nil }
      if type == Self.canonicalName {
        ssrc = datagram.u32(at: packet.offset + 4)
        nameOffset = offset + 2
        nameLength = length
        return
      }
      offset += 2 + length
    }
    return nil
  }

  /// Writes one chunk; gives the bytes written, `nil` when they do not fit or `name` is longer than 255 bytes.
  public static func write(ssrc: UInt32, name: RawSpan, into out: inout MutableRawSpan, at offset: Int) -> Int? {
    guard name.byteCount <= 255 else { return nil }
    // At least one zero byte ends the chunk.
    let length = 8 + (2 + name.byteCount + 1 + 3) / 4 * 4
    guard RTCPPacket.fits(length, in: out, at: offset) else { return nil }
    RTCPPacket.writeHeader(.sourceDescription, count: 1, length: length, into: &out, at: offset)
    out.store(u32: ssrc, at: offset + 4)
    out.store(u8: canonicalName, at: offset + 8)
    out.store(u8: UInt8(name.byteCount), at: offset + 9)
    out.store(name, at: offset + 10)
    for padding in (offset + 10 + name.byteCount)..<(offset + length) {
      out.store(u8: 0, at: padding)
    }
    return length
  }
}
