import Wire

/// Where a decoder can start in an AV1 stream (RTP Payload Format for AV1, section 4.4).
///
///      0 1 2 3 4 5 6 7
///     +-+-+-+-+-+-+-+-+
///     |Z|Y| W |N|-|-|-|      the aggregation header
///     +-+-+-+-+-+-+-+-+
public enum AV1 {
  private static let sequenceHeader: UInt8 = 1
  private static let temporalDelimiter: UInt8 = 2

  /// Whether a payload begins a coded video sequence: it says so (N), or its first unit is a sequence header.
  public static func startsKeyframe(_ payload: RawSpan) -> Bool {
    guard payload.byteCount >= 2 else { return false }
    let header = payload.u8(at: 0)
    guard header & 0x80 == 0 else { return false }  // Z: it continues a unit of the packet before.
    if header & 0x08 != 0 { return true }
    let unitCount = header >> 4 & 3
    var offset = 1
    var index = 1
    // A sender should leave temporal delimiters out; step over one that it did not.
    while offset < payload.byteCount {
      let isLast = unitCount != 0 && index == unitCount
      var length = payload.byteCount - offset
      if !isLast {
        guard let (value, width) = leb128(payload, at: offset) else { return false }
        offset += width
        length = min(value, payload.byteCount - offset)
      }
      guard length > 0 else { return false }
      let type = payload.u8(at: offset) >> 3 & 0x0f
      guard type == temporalDelimiter else { return type == sequenceHeader }
      offset += length
      index += 1
    }
    return false
  }

  /// An unsigned LEB128 number below 2^28 and its width in bytes; no unit in a datagram needs more.
  private static func leb128(_ payload: RawSpan, at offset: Int) -> (value: Int, width: Int)? {
    var value = 0
    for width in 1...4 {
      guard offset + width <= payload.byteCount else { return nil }
      let byte = payload.u8(at: offset + width - 1)
      value |= Int(byte & 0x7f) << (7 * (width - 1))
      if byte & 0x80 == 0 { return (value, width) }
    }
    return nil
  }
}
