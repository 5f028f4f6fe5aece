import API

/// Everything at a glance: paths worst first, meetings, incidents.
enum OverviewScreen {
  static let screen = Screen(id: .overview, key: "1", title: \.overview, draw: draw)

  private static func draw(_ state: DashboardState, _ canvas: inout Canvas, _ area: Range<Int>) {
    let meetings = state.overview?.meetings.count ?? 0
    let incidents = state.overview?.incidents.count ?? 0
    // Each of the lower panes takes what it needs up to a quarter; paths take the rest.
    let quarter = max(2, area.count / 4)
    let incidentRows = 1 + min(max(1, incidents), quarter - 1)
    let meetingRows = 1 + min(max(1, meetings), quarter - 1)
    let pathRows = area.count - incidentRows - meetingRows
    var row = area.lowerBound

    Rule.draw(state.words.sitesAndPaths, &canvas, row: row)
    PathTable.draw(state, &canvas, (row + 1)..<(row + pathRows), selection: state.selection)
    row += pathRows
    Rule.draw(state.words.meetings, &canvas, row: row)
    MeetingsScreen.drawSummaries(state, &canvas, (row + 1)..<(row + meetingRows))
    row += meetingRows
    Rule.draw(state.words.incidents, &canvas, row: row)
    IncidentsScreen.drawList(state, &canvas, (row + 1)..<(row + incidentRows), selection: nil)
  }
}

/// A titled line between panes.
enum Rule {
  static func draw(_ title: String, _ canvas: inout Canvas, row: Int) {
    canvas.fill(row: row, style: .faint, with: "─")
    canvas.put(" \(title) ", row: row, column: 2, style: .title)
  }
}
