import Wire

/// BYE (RFC 3550 section 6.6). Its optional reason is not read.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |V=2|P|    SC   |   PT=BYE=203  |             length            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                           SSRC/CSRC                           |
///     :                              ...                              :
@frozen public struct Goodbye: Equatable, Sendable, BitwiseCopyable {
  /// How many sources say goodbye: 0–31.
  public let count: Int
  private let offset: Int

  /// `nil` when `packet` is another type or too short for the sources it counts.
  public init?(_ packet: RTCPPacket, in datagram: RawSpan) {
    count = Int(packet.count)
    offset = packet.offset + RTCPPacket.headerLength
    guard packet.type == .goodbye, packet.length >= RTCPPacket.headerLength + 4 * count else { return nil }
  }

  /// One of the sources; `index` is below `count`.
  public func ssrc(_ index: Int, in datagram: RawSpan) -> UInt32 {
    precondition(index >= 0 && index < count, "the source exists")
    return datagram.u32(at: offset + 4 * index)
  }

  /// Writes a goodbye of one source; gives the bytes written, `nil` when they do not fit.
  public static func write(ssrc: UInt32, into out: inout MutableRawSpan, at offset: Int) -> Int? {
    guard RTCPPacket.fits(8, in: out, at: offset) else { return nil }
    RTCPPacket.writeHeader(.goodbye, count: 1, length: 8, into: &out, at: offset)
    out.store(u32: ssrc, at: offset + 4)
    return 8
  }
}
