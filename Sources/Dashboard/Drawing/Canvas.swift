import API

/// A grid of styled cells: what a screen draws and the terminal, a test or `--plain` shows.
struct Canvas: Equatable, Sendable {
  struct Cell: Equatable, Sendable {
    /// Empty in the second column of a wide character.
    var text = " "
    var style = Style.plain
  }

  let columns: Int
  let rows: Int
  private(set) var cells: [Cell]

  init(columns: Int, rows: Int) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    cells = Array(repeating: Cell(), count: self.columns * self.rows)
  }

  /// Writes text and returns the column after it; what does not fit is left out.
  @discardableResult
  mutating func put(_ text: String, row: Int, column: Int, style: Style = .plain) -> Int {
    guard (0..<rows).contains(row) else { return column }
    var column = column
    for character in text.printable {
      let width = DisplayWidth.of(character)
      guard width > 0 else { continue }
      guard column >= 0, column + width <= columns else { break }
      cells[row * columns + column] = Cell(text: String(character), style: style)
      if width == 2 { cells[row * columns + column + 1] = Cell(text: "", style: style) }
      column += width
    }
    return column
  }

  mutating func fill(row: Int, style: Style, with text: Character = " ") {
    put(String(repeating: text, count: columns), row: row, column: 0, style: style)
  }

  /// The cells of a row in runs of one style, left to right.
  func runs(row: Int) -> [(column: Int, text: String, style: Style)] {
    var runs: [(column: Int, text: String, style: Style)] = []
    for column in 0..<columns {
      let cell = cells[row * columns + column]
      if let last = runs.last, last.style == cell.style {
        runs[runs.count - 1].text += cell.text
      } else {
        runs.append((column, cell.text, cell.style))
      }
    }
    return runs
  }

  /// The rows as text, trailing spaces cut.
  var lines: [String] {
    (0..<rows).map { row in
      let text = runs(row: row).map(\.text).joined()
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
  }
}
