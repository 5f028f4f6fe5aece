import Wire

/// Generic NACK (RFC 4585 section 6.2.1): the sequence numbers a receiver misses, walked one by one.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |            PID                |             BLP               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
@frozen public struct NACK: Sendable, BitwiseCopyable {
  public let senderSSRC: UInt32
  public let mediaSSRC: UInt32
  private var offset: Int
  private let end: Int
  /// The entry being walked: the next number to give, and the bits that follow it.
  private var packetID: UInt16 = 0
  private var bitmask: UInt32 = 0

  /// `nil` when the feedback has another format or no whole entry.
  public init?(_ feedback: Feedback) {
    guard feedback.format == .nack, feedback.length >= 4 else { return nil }
    senderSSRC = feedback.senderSSRC
    mediaSSRC = feedback.mediaSSRC
    offset = feedback.offset
    end = feedback.offset + feedback.length / 4 * 4
  }

  /// The next missing sequence number, in the order of the packet; 17 for each of its entries at most.
  public mutating func next(in datagram: RawSpan) -> UInt16? {
    if bitmask == 0 {
      guard offset < end else { return nil }
      packetID = datagram.u16(at: offset)
      bitmask = UInt32(datagram.u16(at: offset + 2)) << 1 | 1
      offset += 4
    }
    let bit = UInt16(bitmask.trailingZeroBitCount)
    bitmask &= bitmask &- 1
    return packetID &+ bit
  }

  /// Writes a NACK for `sequenceNumbers`, which ascend serially; gives the bytes written. `nil` when they do not fit or
  /// there are none.
  public static func write(
    senderSSRC: UInt32, mediaSSRC: UInt32, _ sequenceNumbers: Span<UInt16>, into out: inout MutableRawSpan,
    at offset: Int
  ) -> Int? {
    guard !sequenceNumbers.isEmpty else { return nil }
    var length = Feedback.fixedLength
    var index = 0
    while index < sequenceNumbers.count {
      let packetID = sequenceNumbers[index]
      var bitmask: UInt16 = 0
      index += 1
      while index < sequenceNumbers.count {
        let distance = sequenceNumbers[index] &- packetID
        guard distance <= 16 else { break }
        if distance > 0 { bitmask |= 1 << (distance - 1) }
        index += 1
      }
      guard RTCPPacket.fits(length + 4, in: out, at: offset) else { return nil }
      out.store(u16: packetID, at: offset + length)
      out.store(u16: bitmask, at: offset + length + 2)
      length += 4
    }
    guard
      Feedback.writeHeader(
        .nack, senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, length: length, into: &out, at: offset)
    else { return nil }
    return length
  }
}
