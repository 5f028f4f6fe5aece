/// Keys, and what the figures mean.
enum HelpScreen {
  static let screen = Screen(id: .help, key: "?", title: \.help) { state, canvas, area in
    Rule.draw(state.words.help, &canvas, row: area.lowerBound)
    for (line, row) in zip(state.words.helpLines, area.dropFirst()) {
      canvas.put(line.fitted(to: canvas.columns - 2), row: row, column: 1)
    }
  }
}
