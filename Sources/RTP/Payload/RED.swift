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

  /// Where the primary's data begins, which reaches to the payload's end; `nil` when `payload` is no redundant one.
  public static func primaryOffset(in payload: RawSpan) -> Int? {
    guard var blocks = RED(payload) else { return nil }
    while let block = blocks.next(in: payload) {
      if block.isPrimary { return block.offset }
    }
    return nil
  }

  /// Writes the headers of the blocks of `payload` that are at most `reach` ticks old, all with another payload type.
  /// Gives their length and the offset of the first block's data: from there to the payload's end stand all blocks
  /// kept. `nil` when `payload` is no redundant one or `out` has no room.
  public static func writeHeaders(
    of payload: RawSpan, reach: UInt16, payloadType: UInt8, into out: inout MutableRawSpan, at start: Int
  ) -> (length: Int, dataOffset: Int)? {
    guard start >= 0, var blocks = RED(payload) else { return nil }
    var end = start
    var dataOffset: Int?
    while let block = blocks.next(in: payload) {
      guard block.isPrimary || block.timestampOffset <= reach else {
        // Blocks stand in the order of their age: none that is kept comes before one that is not.
        end = start
        dataOffset = nil
        continue
      }
      if dataOffset == nil { dataOffset = block.offset }
      guard out.byteCount - end >= 4 else { return nil }
      if block.isPrimary {
        out.store(u8: payloadType & 0x7f, at: end)
        end += 1
      } else {
        let fields = UInt32(block.timestampOffset) << 10 | UInt32(truncatingIfNeeded: block.length)
        out.store(u32: 0x8000_0000 | UInt32(payloadType & 0x7f) << 24 | fields, at: end)
        end += 4
      }
    }
    return dataOffset.map { (end - start, $0) }
  }
}
