/// Why control-path bytes could not be read, and where.
public struct ByteReaderError: Error, Equatable, Sendable {
  /// Offset from the first byte of the input at which reading failed.
  public let offset: Int
  /// How many bytes were wanted there.
  public let wanted: Int
}

/// A cursor over control-path bytes. The packet path checks a length once and reads a `RawSpan` instead.
public struct ByteReader: Sendable {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  public init(_ bytes: some Sequence<UInt8>) {
    self.bytes = ArraySlice(bytes)
    position = self.bytes.startIndex
  }

  public var offset: Int { position - bytes.startIndex }
  public var remaining: Int { bytes.endIndex - position }

  public mutating func read(_ count: Int) throws(ByteReaderError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else { throw ByteReaderError(offset: offset, wanted: count) }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  public mutating func u8() throws(ByteReaderError) -> UInt8 {
    guard position < bytes.endIndex else { throw ByteReaderError(offset: offset, wanted: 1) }
    defer { position += 1 }
    return bytes[position]
  }
  public mutating func u16() throws(ByteReaderError) -> UInt16 { try integer() }
  public mutating func u32() throws(ByteReaderError) -> UInt32 { try integer() }
  public mutating func u64() throws(ByteReaderError) -> UInt64 { try integer() }

  private mutating func integer<T: FixedWidthInteger>() throws(ByteReaderError) -> T {
    try read(T.bitWidth / 8).reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
  }
}

/// Appends in network byte order, for the control path.
extension [UInt8] {
  public mutating func append(u16 value: UInt16) { appendBigEndian(value) }
  public mutating func append(u32 value: UInt32) { appendBigEndian(value) }
  public mutating func append(u64 value: UInt64) { appendBigEndian(value) }

  private mutating func appendBigEndian(_ value: some FixedWidthInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
