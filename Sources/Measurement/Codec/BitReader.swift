/// Reads bits, most significant first. Every read is `nil` when there are not enough of them left.
struct BitReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  /// The next bits, the first the most significant; zeros after the `available` ones.
  private var held: UInt64 = 0
  private var available = 0
  /// More was asked for than there was.
  private(set) var isExhausted = false

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// So many bytes were begun.
  var wholeBytes: Int { position - bytes.startIndex - available / 8 }

  /// A number of `width` bits; 0 to 56.
  mutating func read(_ width: Int) -> UInt64? {
    guard width > 0 else { return 0 }
    if available < width { refill() }
    guard available >= width else {
      isExhausted = true
      return nil
    }
    let value = held >> UInt64(64 - width)
    drop(width)
    return value
  }

  /// An Exponential-Golomb code; `nil` too when it stands for more than 64 bits hold.
  mutating func read(order: Int) -> UInt64? {
    var zeros = 0
    while true {
      if available < 32 { refill() }
      let found = min(held.leadingZeroBitCount, available)
      drop(found)
      zeros += found
      if available > 0 { break }
      refill()
      guard available > 0 else {
        isExhausted = true
        return nil
      }
    }
    let length = zeros + order + 1
    guard length <= 65 else { return nil }
    // The leading one of 65 bits is not kept; the carry is taken off again below.
    if length == 65 { drop(1) }
    let width = min(length, 64)
    var value: UInt64 = 0
    if width > 32 {
      guard let high = read(width - 32) else { return nil }
      value = high << 32
    }
    guard let low = read(min(width, 32)) else { return nil }
    let (difference, borrow) = (value | low).subtractingReportingOverflow(1 << UInt64(order))
    guard borrow == (length == 65) else { return nil }
    return difference
  }

  /// Goes on to the next whole byte; `false` when what is left of this one is not zero.
  mutating func alignToByte() -> Bool {
    read(available % 8) == 0
  }

  private mutating func refill() {
    while available <= 56, position < bytes.endIndex {
      held |= UInt64(bytes[position]) << UInt64(56 - available)
      available += 8
      position += 1
    }
  }

  private mutating func drop(_ width: Int) {
    held = width < 64 ? held << UInt64(width) : 0
    available -= width
  }
}
