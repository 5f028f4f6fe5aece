/// Which of a slot's last sequence numbers were sent: none goes out twice, and reports are freed of holes we forwarded.
struct SentWindow: ~Copyable {
  /// How far back it remembers: 20 s of audio, about 10 s of video.
  static let length = 4096

  private var words = InlineArray<64, UInt64>(repeating: 0)
  private var newest: Int64?

  /// Notes a number; `false` when it was noted before or is too old to tell.
  mutating func insert(_ sequence: Int64) -> Bool {
    if let newest, sequence <= newest {
      guard newest - sequence < Int64(Self.length), words[word(sequence)] & bit(sequence) == 0 else { return false }
    } else {
      // Numbers stepped over have not been sent.
      let first = newest.map { max($0 + 1, sequence - Int64(Self.length) + 1) } ?? sequence
      for skipped in first..<max(first, sequence) { words[word(skipped)] &= ~bit(skipped) }
      newest = sequence
    }
    words[word(sequence)] |= bit(sequence)
    return true
  }

  func contains(_ sequence: Int64) -> Bool {
    guard let newest, sequence <= newest, newest - sequence < Int64(Self.length) else { return false }
    return words[word(sequence)] & bit(sequence) != 0
  }

  /// How many numbers of `range`, which lies within `length` of the newest, were sent.
  func count(in range: Range<Int64>) -> Int {
    var count = 0
    for sequence in range where words[word(sequence)] & bit(sequence) != 0 { count += 1 }
    return count
  }

  private func word(_ sequence: Int64) -> Int { Int(truncatingIfNeeded: sequence >> 6) & 63 }
  private func bit(_ sequence: Int64) -> UInt64 { 1 << UInt64(sequence & 63) }
}
