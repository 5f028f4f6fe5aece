import Wire

/// SR (RFC 3550 section 6.4.1).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |V=2|P|    RC   |   PT=SR=200   |             length            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                         SSRC of sender                        |
///     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
///     |              NTP timestamp, most significant word             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |             NTP timestamp, least significant word             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                         RTP timestamp                         |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                     sender's packet count                     |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                      sender's octet count                     |
///     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
///     |                         report blocks ...
@frozen public struct SenderReport: Equatable, Sendable, BitwiseCopyable {
  private static let fixedLength = 28

  public var ssrc: UInt32
  public var ntpTime: NTPTime
  public var rtpTimestamp: UInt32
  /// Packets and payload bytes sent since the start, modulo 2^32.
  public var packetCount: UInt32
  public var octetCount: UInt32

  public init(ssrc: UInt32, ntpTime: NTPTime, rtpTimestamp: UInt32, packetCount: UInt32, octetCount: UInt32) {
    self.ssrc = ssrc
    self.ntpTime = ntpTime
    self.rtpTimestamp = rtpTimestamp
    self.packetCount = packetCount
    self.octetCount = octetCount
  }

  /// `nil` when `packet` is another type or too short for the blocks it counts.
  public init?(_ packet: RTCPPacket, in datagram: RawSpan) {
    guard packet.type == .senderReport,
      packet.length >= Self.fixedLength + ReportBlock.length * Int(packet.count)
    else { return nil }
    ssrc = datagram.u32(at: packet.offset + 4)
    ntpTime = NTPTime(bits: datagram.u64(at: packet.offset + 8))
    rtpTimestamp = datagram.u32(at: packet.offset + 16)
    packetCount = datagram.u32(at: packet.offset + 20)
    octetCount = datagram.u32(at: packet.offset + 24)
  }

  /// A block of the packet this report was read from; `nil` past the last, and for a packet of another type.
  public static func block(_ index: Int, of packet: RTCPPacket, in datagram: RawSpan) -> ReportBlock? {
    guard packet.type == .senderReport, index >= 0, index < Int(packet.count) else { return nil }
    let offset = fixedLength + ReportBlock.length * index
    guard packet.length >= offset + ReportBlock.length else { return nil }
    return ReportBlock(datagram, at: packet.offset + offset)
  }

  /// Writes the report with the first 31 of `blocks`; gives the bytes written, `nil` when they do not fit.
  public func write(_ blocks: Span<ReportBlock>, into out: inout MutableRawSpan, at offset: Int) -> Int? {
    let count = min(blocks.count, ReportBlock.maximumCount)
    let length = Self.fixedLength + ReportBlock.length * count
    guard RTCPPacket.fits(length, in: out, at: offset) else { return nil }
    RTCPPacket.writeHeader(.senderReport, count: UInt8(count), length: length, into: &out, at: offset)
    out.store(u32: ssrc, at: offset + 4)
    out.store(u64: ntpTime.bits, at: offset + 8)
    out.store(u32: rtpTimestamp, at: offset + 16)
    out.store(u32: packetCount, at: offset + 20)
    out.store(u32: octetCount, at: offset + 24)
    for index in 0..<count {
      blocks[index].write(into: &out, at: offset + Self.fixedLength + ReportBlock.length * index)
    }
    return length
  }

  /// Writes the report without blocks.
  public func write(into out: inout MutableRawSpan, at offset: Int) -> Int? {
    write(Span(), into: &out, at: offset)
  }
}
