extension StringProtocol {
  /// The parts between the separators. They are looked for among bytes: among `Character`s a combining mark would hide
  /// them, and each would cost a look at its neighbours.
  func fields(
    _ separator: Unicode.Scalar = " ", maxSplits: Int = .max, keepsEmpty: Bool = false
  ) -> [Substring] {
    let byte = UInt8(ascii: separator)
    return Substring(self).utf8.split(separator: byte, maxSplits: maxSplits, omittingEmptySubsequences: !keepsEmpty)
      .map { Substring($0) }
  }

  /// Whether it is `other` but for the case of ASCII letters.
  func isSpelled(_ other: some StringProtocol) -> Bool {
    utf8.count == other.utf8.count
      && zip(utf8, other.utf8).allSatisfy {
        $0 == $1 || $0 ^ $1 == 0x20 && ("a"..."z").contains(Unicode.Scalar($0 | 0x20))
      }
  }

  /// Without the spaces at both ends.
  var withoutOuterSpaces: Substring {
    let bytes = Substring(self).utf8
    let isVisible = { (byte: UInt8) in byte != UInt8(ascii: " ") }
    guard let first = bytes.firstIndex(where: isVisible), let last = bytes.lastIndex(where: isVisible) else {
      return ""
    }
    return Substring(bytes[first...last])
  }
}
