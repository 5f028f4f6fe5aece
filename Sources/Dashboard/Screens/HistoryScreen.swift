import API

/// A site's day, week or month at a glance: each of its paths' loss, jitter and latency, and what was not good.
enum HistoryScreen {
  static let screen = Screen(id: .history, key: "5", title: \.history, draw: draw)

  private static let labelColumns = 9
  private static let figureColumns = 9
  /// A title, marks and three figures.
  private static let rowsPerPath = 5

  private static func draw(_ state: DashboardState, _ canvas: inout Canvas, _ area: Range<Int>) {
    guard let span = state.wantedHistory else { return }
    Rule.draw("\(state.name(span.site)) — \(state.words.length(span.length))", &canvas, row: area.lowerBound)
    canvas.put(
      state.words.historyKeys.fitted(to: canvas.columns - 2), row: area.upperBound - 1, column: 1, style: .faint)
    let body = (area.lowerBound + 1)..<(area.upperBound - 1)
    guard let history = state.history, state.shownHistory == span else {
      canvas.put(state.words.reading, row: body.lowerBound, column: 1, style: .faint)
      return
    }
    guard !history.paths.isEmpty else {
      canvas.put(state.words.noHistory, row: body.lowerBound, column: 1, style: .faint)
      return
    }
    let width = max(10, canvas.columns - labelColumns - figureColumns - 2)
    drawAxis(state, history, &canvas, row: body.lowerBound, width: width)
    let rows = (body.lowerBound + 1)..<body.upperBound
    let shown = min(history.paths.count, max(1, rows.count / rowsPerPath))
    let first = min(state.historyScroll, history.paths.count - shown)
    for (place, path) in history.paths[first..<(first + shown)].enumerated() {
      let row = rows.lowerBound + place * rowsPerPath
      draw(path, history, state, &canvas, row..<min(row + rowsPerPath, rows.upperBound), width: width)
    }
    let left = history.paths.count - shown
    if left > 0 {
      let text = state.words.more(left)
      canvas.put(text, row: area.upperBound - 1, column: canvas.columns - DisplayWidth.of(text) - 1, style: .faint)
    }
  }

  private static func drawAxis(
    _ state: DashboardState, _ history: SiteHistory, _ canvas: inout Canvas, row: Int, width: Int
  ) {
    let labels = max(1, width / 16)
    for label in 0..<labels {
      let place = label * width / labels
      let moment = history.from + (history.to - history.from) * Double(place) / Double(width)
      canvas.put("╷" + state.dateAndTime(moment), row: row, column: labelColumns + place, style: .faint)
    }
  }

  private static func draw(
    _ path: PathHistory, _ history: SiteHistory, _ state: DashboardState, _ canvas: inout Canvas, _ rows: Range<Int>,
    width: Int
  ) {
    let words = state.words
    let bars = HistoryBars(path.points, from: history.from, to: history.to, columns: width)
    drawTitle(path, bars.totals, state, &canvas, row: rows.lowerBound)
    let lines: [(label: String, bars: [(text: String, style: Style)], greatest: String, style: Style)] = [
      ("", bars.marks, "", .plain),
      (
        words.loss, bars.bars(\.loss, limit: path.limits.lossPercent), FigureText.percent(bars.greatest(\.loss)),
        Gauge.style(value: bars.greatest(\.loss), limit: path.limits.lossPercent)
      ),
      (
        words.jitter, bars.bars(\.jitter, limit: path.limits.jitterMilliseconds),
        FigureText.milliseconds(bars.greatest(\.jitter)),
        Gauge.style(value: bars.greatest(\.jitter), limit: path.limits.jitterMilliseconds)
      ),
      (
        words.latency, bars.bars(\.latency, limit: path.limits.latencyMilliseconds),
        FigureText.milliseconds(bars.greatest(\.latency)),
        Gauge.style(value: bars.greatest(\.latency), limit: path.limits.latencyMilliseconds)
      ),
    ]
    for (line, row) in zip(lines, rows.dropFirst()) {
      canvas.put(line.label.padded(to: labelColumns - 1), row: row, column: 1, style: .faint)
      for (place, bar) in line.bars.enumerated() {
        canvas.put(bar.text, row: row, column: labelColumns + place, style: bar.style)
      }
      let figure = line.greatest.padded(to: figureColumns, rightAligned: true)
      canvas.put(figure, row: row, column: labelColumns + width, style: line.style)
    }
  }

  /// Where to, and how many intervals were what.
  private static func drawTitle(
    _ path: PathHistory, _ totals: HistoryBars.Column, _ state: DashboardState, _ canvas: inout Canvas, row: Int
  ) {
    let way = [state.words.kind(path.origin), state.words.label(path.label)].filter { !$0.isEmpty }.joined(
      separator: " ")
    let title = "→ \(state.name(path.target))  \(way)".fitted(to: max(20, canvas.columns / 2))
    var column = canvas.put(title, row: row, column: 1, style: Style(isBold: true)) + 2
    let judged = totals.good &+ totals.bad
    var facts: [(String, Style)] = [("● \(totals.good)", Style(role: .good))]
    if totals.bad > 0 { facts.append(("✖ \(totals.bad)", Style(role: .bad, isBold: true))) }
    if totals.unknown > 0 { facts.append(("? \(totals.unknown)", Style(role: .unknown))) }
    if totals.planned > 0 { facts.append(("◇ \(totals.planned)", Style(role: .accent))) }
    if judged > 0 {
      facts.append((FigureText.share(totals.good, of: judged), Style(isBold: true)))
    }
    for (text, style) in facts {
      guard column + DisplayWidth.of(text) < canvas.columns else { return }
      column = canvas.put(text, row: row, column: column, style: style) + 2
    }
  }
}
