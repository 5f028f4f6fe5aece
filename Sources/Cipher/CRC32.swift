/// The CRC-32 of ISO 3309 and V.42, which STUN's FINGERPRINT uses (RFC 8489 section 14.7). It protects nothing.
public enum CRC32 {
  public static func checksum(of message: RawSpan) -> UInt32 {
    var remainder: UInt32 = .max
    for index in 0..<message.byteCount {
      let byte = message.unsafeLoad(fromByteOffset: index, as: UInt8.self)
      remainder = table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)] ^ remainder >> 8
    }
    return ~remainder
  }

  /// For each byte, its remainder by the reflected polynomial.
  private static let table: InlineArray<256, UInt32> = InlineArray { index in
    var remainder = UInt32(index)
    for _ in 0..<8 { remainder = remainder & 1 == 1 ? 0xedb8_8320 ^ remainder >> 1 : remainder >> 1 }
    return remainder
  }
}
