import Wire

/// RR (RFC 3550 section 6.4.2).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |V=2|P|    RC   |   PT=RR=201   |             length            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                     SSRC of packet sender                     |
///     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
///     |                         report blocks ...
@frozen public struct ReceiverReport: Equatable, Sendable, BitwiseCopyable {
  private static let fixedLength = 8

  public var ssrc: UInt32

  public init(ssrc: UInt32) {
    self.ssrc = ssrc
  }

  /// `nil` when `packet` is another type or too short for the blocks it counts.
  public init?(_ packet: RTCPPacket, in datagram: RawSpan) {
    guard packet.type == .receiverReport,
      packet.length >= Self.fixedLength + ReportBlock.length * Int(packet.count)
    else { return nil }
    ssrc = datagram.u32(at: packet.offset + 4)
  }

  /// A block of the packet this report was read from; `nil` past the last, and for a packet of another type.
  public static func block(_ index: Int, of packet: RTCPPacket, in datagram: RawSpan) -> ReportBlock? {
    guard packet.type == .receiverReport, index >= 0, index < Int(packet.count) else { return nil }
    let offset = fixedLength + ReportBlock.length * index
    guard packet.length >= offset + ReportBlock.length else { return nil }
    return ReportBlock(datagram, at: packet.offset + offset)
  }

  /// Writes the report with the first 31 of `blocks`; gives the bytes written, `nil` when they do not fit.
  public func write(_ blocks: Span<ReportBlock>, into out: inout MutableRawSpan, at offset: Int) -> Int? {
    let count = min(blocks.count, ReportBlock.maximumCount)
    let length = Self.fixedLength + ReportBlock.length * count
    guard RTCPPacket.fits(length, in: out, at: offset) else { return nil }
    RTCPPacket.writeHeader(.receiverReport, count: UInt8(count), length: length, into: &out, at: offset)
    out.store(u32: ssrc, at: offset + 4)
    for index in 0..<count {
      blocks[index].write(into: &out, at: offset + Self.fixedLength + ReportBlock.length * index)
    }
    return length
  }
}
