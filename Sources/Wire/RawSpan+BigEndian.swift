/// Reads in network byte order. Callers on the packet path check the length once and then read; an offset outside the
/// span traps, so it must be unreachable from a packet.
extension RawSpan {
  @inlinable @inline(__always)
  public func u8(at offset: Int) -> UInt8 {
    unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
  }

  @inlinable @inline(__always)
  public func u16(at offset: Int) -> UInt16 {
    UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  @inlinable @inline(__always)
  public func u24(at offset: Int) -> UInt32 {
    UInt32(u8(at: offset)) << 16 | UInt32(u16(at: offset + 1))
  }

  @inlinable @inline(__always)
  public func u32(at offset: Int) -> UInt32 {
    UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @inlinable @inline(__always)
  public func u64(at offset: Int) -> UInt64 {
    UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// A copy of the bytes, for the control path.
  public func bytes() -> [UInt8] {
    withUnsafeBytes { [UInt8]($0) }
  }
}

/// Writes in network byte order, under the same rule.
extension MutableRawSpan {
  @inlinable @inline(__always) @_lifetime(self: copy self)
  public mutating func store(u8 value: UInt8, at offset: Int) {
    storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
  }

  @inlinable @inline(__always) @_lifetime(self: copy self)
  public mutating func store(u16 value: UInt16, at offset: Int) {
    storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
  }

  @inlinable @inline(__always) @_lifetime(self: copy self)
  public mutating func store(u24 value: UInt32, at offset: Int) {
    store(u8: UInt8(truncatingIfNeeded: value >> 16), at: offset)
    store(u16: UInt16(truncatingIfNeeded: value), at: offset + 1)
  }

  @inlinable @inline(__always) @_lifetime(self: copy self)
  public mutating func store(u32 value: UInt32, at offset: Int) {
    storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
  }

  @inlinable @inline(__always) @_lifetime(self: copy self)
  public mutating func store(u64 value: UInt64, at offset: Int) {
    storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt64.self)
  }

  /// Copies `source` to `offset`; it must fit.
  @inlinable @inline(__always) @_lifetime(self: copy self)
  public mutating func store(_ source: RawSpan, at offset: Int) {
    precondition(offset >= 0 && offset <= byteCount && source.byteCount <= byteCount - offset, "the copy fits")
    withUnsafeMutableBytes { target in
      source.withUnsafeBytes { bytes in
        guard let base = target.baseAddress, let from = bytes.baseAddress else { return }
        (base + offset).copyMemory(from: from, byteCount: bytes.count)
      }
    }
  }
}
