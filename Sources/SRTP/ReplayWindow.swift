/// Which of the last 1,024 packet indices have been used: a bit for each (RFC 3711 section 3.3.2).
///
/// A receiver refuses what it has had; a sender refuses to use an index, and so a nonce, twice. It is wide because a
/// client without RTX resends under the same index as late as a second.
struct ReplayWindow: Sendable, BitwiseCopyable {
  static let width: Int64 = 1024

  /// The highest index used; -1 before the first.
  private(set) var highest: Int64 = -1
  /// The bit of index `i` is `i % width`.
  private var bits = InlineArray<16, UInt64>(repeating: 0)

  /// The index nearest to the highest that has these low 16 bits (RFC 3711 section 3.3.1 and appendix A); negative when
  /// it would lie before the stream's first.
  func estimate(_ sequenceNumber: UInt16) -> Int64 {
    guard highest >= 0 else { return Int64(sequenceNumber) }
    return highest + Int64(Int16(bitPattern: sequenceNumber &- UInt16(truncatingIfNeeded: highest)))
  }

  /// Whether the index has not been used and is not so old that nobody can tell.
  func isFresh(_ index: Int64) -> Bool {
    if index > highest { return true }
    guard index >= 0, highest - index < Self.width else { return false }
    return bits[Self.word(index)] & Self.bit(index) == 0
  }

  /// Marks a fresh index as used.
  mutating func use(_ index: Int64) {
    if index > highest {
      if index - highest >= Self.width {
        bits = .init(repeating: 0)
      } else {
        for skipped in (highest + 1)...index { bits[Self.word(skipped)] &= ~Self.bit(skipped) }
      }
      highest = index
    }
    bits[Self.word(index)] |= Self.bit(index)
  }

  private static func word(_ index: Int64) -> Int { Int(index % width / 64) }
  private static func bit(_ index: Int64) -> UInt64 { 1 << UInt64(index % 64) }
}
