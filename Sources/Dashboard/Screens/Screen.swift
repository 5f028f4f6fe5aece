/// Which screen is shown.
enum ScreenID: Sendable, Equatable {
  case overview, paths, meetings, incidents, history, help
}

/// One screen: a key that opens it, a title, and how it draws the state between the bars at top and bottom.
struct Screen: Sendable {
  let id: ScreenID
  let key: Character
  let title: @Sendable (Words) -> String
  /// Draws into rows `area` of the canvas.
  let draw: @Sendable (DashboardState, inout Canvas, Range<Int>) -> Void
}

/// The registry: a new screen is one file and one line here.
enum Screens {
  static let all: [Screen] = [
    OverviewScreen.screen,
    PathsScreen.screen,
    MeetingsScreen.screen,
    IncidentsScreen.screen,
    HistoryScreen.screen,
    HelpScreen.screen,
  ]

  static let smallest = (columns: 60, rows: 12)

  /// The whole picture: title bar, the current screen, key bar.
  static func draw(_ state: DashboardState, columns: Int, rows: Int) -> Canvas {
    var canvas = Canvas(columns: columns, rows: rows)
    guard columns >= smallest.columns, rows >= smallest.rows else {
      canvas.put(state.words.tooSmall, row: 0, column: 0)
      return canvas
    }
    drawTitle(state, &canvas)
    if state.overview == nil {
      drawWaiting(state, &canvas)
    } else {
      let screen = all.first { $0.id == state.screen }
      screen?.draw(state, &canvas, contentRows(rows: rows))
    }
    drawKeys(state, &canvas)
    return canvas
  }

  /// Rows between the bars.
  static func contentRows(rows: Int) -> Range<Int> {
    1..<max(2, rows - 1)
  }

  private static func drawTitle(_ state: DashboardState, _ canvas: inout Canvas) {
    let end = canvas.put("架け橋 Kakehashi", row: 0, column: 1, style: .accent)
    let (mark, style): (String, Style) =
      switch state.connection {
      case .live: (state.words.live, Style(role: .good))
      case .lost: (state.words.stale, Style(role: .bad, isBold: true))
      case .connecting: ("…", .faint)
      }
    let clock = state.now.map { now in
      let moment = CivilTime(secondsSince1970: now, utcOffset: state.utcOffset)
      let text = "\(moment.date) \(moment.time)"
      return state.connection == .live ? text : state.words.asOf(text)
    }
    let right = [clock, mark].compactMap(\.self)
    let start = canvas.columns - right.reduce(0) { $0 + DisplayWidth.of($1) + 2 }
    canvas.put(state.address.fitted(to: max(0, start - end - 4)), row: 0, column: end + 2, style: .faint)
    var column = start
    for (index, text) in right.enumerated() {
      column = canvas.put(text, row: 0, column: column, style: index == right.count - 1 ? style : .plain) + 2
    }
  }

  private static func drawWaiting(_ state: DashboardState, _ canvas: inout Canvas) {
    let text =
      if case .lost(let reason) = state.connection { state.words.lost(reason) } else {
        state.words.connecting(state.address)
      }
    let lines = text.wrapped(to: canvas.columns - 4)
    let first = max(2, (canvas.rows - lines.count + 1) / 2)
    for (index, line) in lines.enumerated() where first + index < canvas.rows - 1 {
      canvas.put(line, row: first + index, column: 2)
    }
  }

  private static func drawKeys(_ state: DashboardState, _ canvas: inout Canvas) {
    let row = canvas.rows - 1
    if case .lost(let reason) = state.connection, state.overview != nil {
      canvas.put(state.words.lost(reason).fitted(to: canvas.columns - 2), row: row, column: 1, style: Style(role: .bad))
      return
    }
    if let trouble = state.overview?.troubles?.first {
      let text = "▲ \(state.words.trouble(trouble))"
      canvas.put(text.fitted(to: canvas.columns - 2), row: row, column: 1, style: Style(role: .warning, isBold: true))
      return
    }
    var column = 1
    for screen in all {
      let isCurrent = screen.id == state.screen
      column = canvas.put(String(screen.key), row: row, column: column, style: .accent)
      column = canvas.put(
        " \(screen.title(state.words))", row: row, column: column, style: isCurrent ? Style(isBold: true) : .faint)
      column += canvas.columns < 72 ? 2 : 3
    }
    column = canvas.put("q", row: row, column: column, style: .accent)
    canvas.put(" \(state.words.quit)", row: row, column: column, style: .faint)
  }
}
