import Wire

/// A section's mid in place, so that writing it into a packet touches no string. At most 16 bytes: what a one-byte header
/// extension holds (RFC 8285 section 4.2).
struct SectionName: BitwiseCopyable {
  private var storage = InlineArray<16, UInt8>(repeating: 0)
  private(set) var count = 0

  /// `nil` when the mid is empty or longer than 16 bytes.
  init?(_ mid: String) {
    guard (1...16).contains(mid.utf8.count) else { return nil }
    for byte in mid.utf8 {
      storage[count] = byte
      count += 1
    }
  }

  var bytes: RawSpan {
    @_lifetime(borrow self) borrowing get { storage.span.bytes.extracting(0..<count) }
  }

  /// Whether the element's data in `packet` is this name.
  func matches(_ packet: RawSpan, at offset: Int, length: Int) -> Bool {
    guard length == count, offset >= 0, offset <= packet.byteCount - length else { return false }
    for index in 0..<length where packet.u8(at: offset + index) != storage[index] { return false }
    return true
  }
}
