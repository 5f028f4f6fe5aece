/// One line: its type letter and what follows the "=".
struct SDPLine {
  /// Counted from 1.
  let number: Int
  let type: Character
  let value: Substring

  /// The value of an `a=` line as an attribute.
  func attribute() throws(SDPError) -> Attribute {
    let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard !parts[0].isEmpty else { throw SDPError(line: number, .malformed(line: "a")) }
    return Attribute(String(parts[0]), parts.count == 2 ? String(parts[1]) : nil, line: number)
  }
}

/// Cuts text into lines by bytes, since CRLF is one `Character`.
struct SDPLines {
  private var rest: Substring.UTF8View
  private var number = 0
  private let limit: Int

  init(_ text: String, limit: Int) {
    rest = Substring(text).utf8
    self.limit = limit
  }

  /// The next line that is not blank; `nil` at the end.
  mutating func next() throws(SDPError) -> SDPLine? {
    while !rest.isEmpty {
      number += 1
      guard number <= limit else { throw SDPError(line: number, .tooManyLines(limit: limit)) }
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      var bytes = rest[..<end]
      rest = end == rest.endIndex ? rest[end...] : rest[rest.index(after: end)...]
      if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
      guard !bytes.isEmpty else { continue }
      guard !bytes.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\t") || $0 == 0x7f }) else {
        throw SDPError(line: number, .controlCharacter)
      }
      let line = Substring(bytes)
      let value = line.index(line.startIndex, offsetBy: 2, limitedBy: line.endIndex)
      guard let value, let type = line.first, type.isASCII, type.isLetter, line.dropFirst().first == "=" else {
        throw SDPError(line: number, .notALine)
      }
      return SDPLine(number: number, type: type, value: line[value...])
    }
    return nil
  }
}
