/// Writes bits, most significant first.
struct BitWriter {
  private var bytes: [UInt8] = []
  /// The last `pending` bits of it were not appended yet: less than 8 between two calls.
  private var held: UInt64 = 0
  private var pending = 0

  /// - Parameter capacity: bytes that are likely to be written.
  init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  /// The `width` lowest bits of `value`; 0 to 56.
  mutating func write(_ value: UInt64, width: Int) {
    held = held << UInt64(width) | value
    pending += width
    while pending >= 8 {
      pending -= 8
      bytes.append(UInt8(truncatingIfNeeded: held >> UInt64(pending)))
    }
    held &= 1 << UInt64(pending) - 1
  }

  /// As an Exponential-Golomb code: a prefix of zeros says how long the number after it is.
  mutating func write(_ value: UInt64, order: Int) {
    let (sum, carry) = value.addingReportingOverflow(1 << UInt64(order))
    // One bit more than 64 is one that is known: a one.
    let length = carry ? 65 : UInt64.bitWidth - sum.leadingZeroBitCount
    write(zeros: length - order - 1)
    if carry { write(1, width: 1) }
    let width = carry ? 64 : length
    if width > 32 { write(sum >> 32 & (1 << UInt64(width - 32) - 1), width: width - 32) }
    write(sum & (1 << UInt64(min(width, 32)) - 1), width: min(width, 32))
  }

  /// Fills the last byte with zeros and appends all.
  mutating func finish(into other: inout [UInt8]) {
    if pending > 0 { write(0, width: 8 - pending) }
    other += bytes
  }

  private mutating func write(zeros count: Int) {
    var count = count
    while count > 0 {
      write(0, width: min(count, 32))
      count -= 32
    }
  }
}
