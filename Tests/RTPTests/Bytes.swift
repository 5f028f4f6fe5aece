import Testing
import Wire

/// The bytes of hexadecimal text; spaces and line ends between digits do not matter.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// What `write` puts into `capacity` bytes that were 0xee before; it gives how many it wrote.
func written(capacity: Int = 256, _ write: (inout MutableRawSpan) -> Int?) -> [UInt8]? {
  var bytes = [UInt8](repeating: 0xee, count: capacity)
  var span = bytes.mutableSpan
  var out = span.mutableBytes
  guard let length = write(&out) else { return nil }
  return Array(bytes.prefix(length))
}

extension SplitMix64 {
  /// Up to `limit` bytes.
  mutating func bytes(upTo limit: Int) -> [UInt8] {
    (0..<Int.random(in: 0...limit, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// `bytes` with up to four of them changed and, now and then, cut short.
  mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    guard !bytes.isEmpty else { return bytes }
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      bytes[Int.random(in: 0..<bytes.count, using: &self)] = UInt8.random(in: 0...255, using: &self)
    }
    if Int.random(in: 0..<4, using: &self) == 0 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &self)) }
    return bytes
  }
}

/// `#require` for expressions that take spans, which its expansion cannot hold.
func required<T>(_ value: T?, sourceLocation: SourceLocation = #_sourceLocation) throws -> T {
  try #require(value, sourceLocation: sourceLocation)
}
