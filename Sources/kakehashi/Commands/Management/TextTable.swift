import API

/// Columns for a terminal: wide characters take two places.
struct TextTable {
  private let rows: [[String]]

  init(_ headings: [String], _ rows: [[String]]) {
    self.rows = ([headings] + rows).map { $0.map(\.printable) }
  }

  var text: String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { Self.width($0.indices.contains(column) ? $0[column] : "") }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - Self.width(cell) + 2) }
      }
      return line
    }.joined(separator: "\n")
  }

  private static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { width, scalar in
      let isWide =
        (0x1100...0x115f).contains(scalar.value) || (0x2e80...0xa4cf).contains(scalar.value)
        || (0xac00...0xd7a3).contains(scalar.value) || (0xf900...0xfaff).contains(scalar.value)
        || (0xff00...0xff60).contains(scalar.value) || (0xffe0...0xffe6).contains(scalar.value)
      return width + (isWide ? 2 : 1)
    }
  }
}
