import Wire

/// The bytes of one spool file: entries of length, checksum and payload, appended one after the other.
///
///     | length (32) | CRC-32 of the payload (32) | payload |
enum SpoolSegment {
  static let headerBytes = 8
  /// Longer than any record; a length beyond it is damage.
  static let maximumPayloadBytes = 1 << 20

  static func path(_ number: UInt64, in folder: String) -> String {
    let digits = String(number)
    return "\(folder)/\(String(repeating: "0", count: max(20 - digits.count, 0)))\(digits).spool"
  }

  static func entry(_ payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(headerBytes + payload.count)
    bytes.append(u32: UInt32(payload.count))
    bytes.append(u32: Checksum.crc32(payload))
    return bytes + payload
  }

  /// The payload range of the first whole entry at `offset` or after it: what is torn or damaged in between is skipped.
  /// `nil` when there is none.
  static func nextPayload(in bytes: [UInt8], from offset: Int) -> Range<Int>? {
    for start in offset..<max(offset, bytes.count) {
      if let payload = payload(in: bytes, at: start) { return payload }
    }
    return nil
  }

  /// The payload range of the entry at `offset`; `nil` at the end and where it is torn or damaged.
  static func payload(in bytes: [UInt8], at offset: Int) -> Range<Int>? {
    guard offset < bytes.count else { return nil }
    var reader = ByteReader(bytes[offset...])
    guard let length = try? Int(reader.u32()), let checksum = try? reader.u32(),
      (1...maximumPayloadBytes).contains(length), let payload = try? reader.read(length),
      Checksum.crc32(payload) == checksum
    else { return nil }
    return (offset + headerBytes)..<(offset + headerBytes + length)
  }
}
