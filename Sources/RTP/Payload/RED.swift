import Wire

/// One block of a redundant audio payload.
@frozen public struct REDBlock: Equatable, Sendable, BitwiseCopyable {
  /// 0–127, in the numbering of the stream it came in.
  public let payloadType: UInt8
  /// Ticks before the packet's own timestamp; 0 for the primary block.
  public let timestampOffset: UInt16
  public let isPrimary: Bool
  /// Offset of the block's own header in the payload.
  public let headerOffset: Int
  /// Offset of the data in the payload, and its length in bytes.
  public let offset: Int
  public let length: Int

  @usableFromInline init(
    payloadType: UInt8, timestampOffset: UInt16, isPrimary: Bool, headerOffset: Int, offset: Int, length: Int
  ) {
    self.payloadType = payloadType
    self.timestampOffset = timestampOffset
    self.isPrimary = isPrimary
    self.headerOffset = headerOffset
    self.offset = offset
    self.length = length
  }
}

/// Walks the blocks of a redundant audio payload, oldest first and the primary last (RFC 2198 section 3).
///
///      0                   1                    2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3  4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |F|   block PT  |  timestamp offset         |   block length    |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
@frozen public struct RED: Sendable, BitwiseCopyable {
  @usableFromInline var header = 0
  @usableFromInline var data: Int

  /// `nil` when the headers do not end or the blocks do not fit.
  @inlinable public init?(_ payload: RawSpan) {
    var offset = 0
    var redundant = 0
    while offset < payload.byteCount, payload.u8(at: offset) & 0x80 != 0 {
      guard payload.byteCount &- offset >= 4 else { return nil }
      redundant &+= Int(payload.u16(at: offset &+ 2) & 0x03ff)
      offset &+= 4
    }
    guard offset < payload.byteCount, redundant <= payload.byteCount &- offset &- 1 else { return nil }
    data = offset &+ 1
  }

  /// The next block of `payload`, which must be the one that was given.
  @inlinable public mutating func next(in payload: RawSpan) -> REDBlock? {
    guard header >= 0 else { return nil }
    let start = header
    let first = payload.u8(at: start)
    guard first & 0x80 != 0 else {
      header = -1
      return REDBlock(
        payloadType: first, timestampOffset: 0, isPrimary: true, headerOffset: start, offset: data,
        length: payload.byteCount &- data)
    }
    let word = payload.u32(at: start)
    let length = Int(word & 0x03ff)
    defer {
      header &+= 4
      data &+= length
    }
    return REDBlock(
      payloadType: first & 0x7f, timestampOffset: UInt16(truncatingIfNeeded: word >> 10 & 0x3fff), isPrimary: false,
      headerOffset: start, offset: data, length: length)
  }
}
