/// How many columns a terminal gives to text (Unicode Standard Annex 11): two for Japanese, none for combining marks.
enum DisplayWidth {
  static func of(_ text: String) -> Int {
    text.reduce(0) { $0 + of($1) }
  }

  static func of(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    // An emoji presentation selector makes the whole cluster wide.
    if character.unicodeScalars.contains("\u{fe0f}") { return 2 }
    return of(first)
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: 0
    default: isWide(scalar.value) ? 2 : 1
    }
  }

  /// Wide and fullwidth characters; ambiguous ones count as narrow, as terminals do outside legacy locales.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115f, 0x231a...0x231b, 0x23e9...0x23ec, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf,
      0x4e00...0x9fff, 0xa000...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
      true
    default: false
    }
  }
}

extension String {
  /// At most `columns` wide, the cut marked with an ellipsis.
  func fitted(to columns: Int) -> String {
    guard DisplayWidth.of(self) > columns else { return self }
    var kept = ""
    var width = 0
    for character in self {
      let next = DisplayWidth.of(character)
      if width + next > columns - 1 { break }
      kept.append(character)
      width += next
    }
    return columns > 0 ? kept + "…" : ""
  }

  /// Lines at most `columns` wide, broken after spaces where there are some, and anywhere where there are none, as
  /// Japanese is.
  func wrapped(to columns: Int) -> [String] {
    guard columns > 1 else { return [] }
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ", omittingEmptySubsequences: true) {
      // A line may break anywhere in a word that begins in Japanese, so not before it too.
      let isUnbreakable = word.first.map { DisplayWidth.of($0) < 2 } ?? true
      if !line.isEmpty, isUnbreakable, DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > columns {
        lines.append(line)
        line = ""
      }
      if !line.isEmpty, DisplayWidth.of(line) < columns { line.append(" ") }
      for character in word {
        if DisplayWidth.of(line) + DisplayWidth.of(character) > columns {
          lines.append(line)
          line = ""
        }
        line.append(character)
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// Exactly `columns` wide, cut or padded with spaces.
  func padded(to columns: Int, rightAligned: Bool = false) -> String {
    let text = fitted(to: columns)
    let space = String(repeating: " ", count: max(0, columns - DisplayWidth.of(text)))
    return rightAligned ? space + text : text + space
  }
}
