import API

/// All paths, and the selected one in detail.
enum PathsScreen {
  static let screen = Screen(id: .paths, key: "2", title: \.paths, draw: draw)

  private static func draw(_ state: DashboardState, _ canvas: inout Canvas, _ area: Range<Int>) {
    let detailRows = 3
    Rule.draw(state.words.sitesAndPaths, &canvas, row: area.lowerBound)
    let table = (area.lowerBound + 1)..<max(area.lowerBound + 2, area.upperBound - detailRows)
    PathTable.draw(state, &canvas, table, selection: state.selection)
    let paths = state.worstFirst
    guard paths.indices.contains(state.selection), table.upperBound < area.upperBound else { return }
    let path = paths[state.selection]
    Rule.draw("\(state.name(path.site)) → \(state.name(path.target))", &canvas, row: table.upperBound)
    let way = [state.words.origin(path.origin), state.words.route(path.route), state.words.label(path.label)].filter {
      !$0.isEmpty
    }
    let confidence = path.isLowerConfidence == true ? state.words.lowerConfidence : nil
    let facts: [String?] = [
      way.joined(separator: ", "), confidence,
      "\(state.words.delayVariation) \(FigureText.milliseconds(path.pdvMilliseconds))",
      path.updatedAt.map { state.time($0, reference: state.now) },
    ]
    let text = facts.compactMap(\.self).joined(separator: "   ")
    canvas.put(text.fitted(to: canvas.columns - 2), row: table.upperBound + 1, column: 1)
  }
}
