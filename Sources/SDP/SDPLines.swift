/// One line: its type letter and what follows the "=".
struct SDPLine {
  /// Counted from 1.
  let number: Int
  /// An ASCII letter.
  let type: Unicode.Scalar
  private let bytes: ArraySlice<UInt8>

  fileprivate init(number: Int, type: Unicode.Scalar, bytes: ArraySlice<UInt8>) {
    self.number = number
    self.type = type
    self.bytes = bytes
  }

  var value: String { String(decoding: bytes, as: UTF8.self) }

  /// The value of an `a=` line as an attribute.
  func attribute() throws(SDPError) -> Attribute {
    let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
    let name = bytes[..<(colon ?? bytes.endIndex)]
    // A token (RFC 8866 section 9), so that names are compared as bytes.
    guard !name.isEmpty, name.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw SDPError(line: number, .malformed(line: "a"))
    }
    let value = colon.map { String(decoding: bytes[($0 + 1)...], as: UTF8.self) }
    return Attribute(String(decoding: name, as: UTF8.self), value, line: number)
  }
}

/// Cuts text into lines, by bytes: CRLF is one `Character`, and to look for those takes ten times as long.
struct SDPLines {
  private let text: [UInt8]
  private var offset = 0
  private var number = 0
  private let limit: Int

  init(_ text: String, limit: Int) {
    self.text = Array(text.utf8)
    self.limit = limit
  }

  /// The next line that is not blank; `nil` at the end.
  mutating func next() throws(SDPError) -> SDPLine? {
    while offset < text.count {
      number += 1
      guard number <= limit else { throw SDPError(line: number, .tooManyLines(limit: limit)) }
      let end = text[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
      var line = text[offset..<end]
      offset = end + 1
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      guard !line.isEmpty else { continue }
      guard !line.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\t") || $0 == 0x7f }) else {
        throw SDPError(line: number, .controlCharacter)
      }
      let type = Unicode.Scalar(line.removeFirst())
      guard ("a"..."z").contains(type) || ("A"..."Z").contains(type), line.popFirst() == UInt8(ascii: "=") else {
        throw SDPError(line: number, .notALine)
      }
      return SDPLine(number: number, type: type, bytes: line)
    }
    return nil
  }
}
