import API

/// The table of paths, on the overview and on its own screen.
enum PathTable {
  /// How wide the columns are. Names come first: where there is little room, units stand in the header alone, and a label
  /// stands for the kind.
  struct Layout {
    let isNarrow: Bool
    let verdict: Int
    let kind: Int
    let loss: Int
    let jitter: Int
    let latency: Int
    let name: Int
    let trend: Int

    /// - Parameter labels: what tells paths apart, behind their kind.
    init(columns: Int, words: Words, labels: some Sequence<String>) {
      isNarrow = columns < 100
      // Each with a column between it and its neighbour.
      verdict = (VerdictName.allCases.map { DisplayWidth.of(words.verdict($0)) }.max() ?? 0) + 1
      func figure(_ header: String, _ widest: String) -> Int {
        max(DisplayWidth.of(header), DisplayWidth.of(widest)) + 1
      }
      if isNarrow {
        // As wide as `uplink`.
        kind = 7
        loss = figure(words.lossPercent, FigureText.withoutUnit(0.001))
        jitter = figure(words.jitterMilliseconds, FigureText.withoutUnit(0.001))
        latency = figure(words.latencyMilliseconds, FigureText.withoutUnit(0.001))
      } else {
        let widest = labels.map(DisplayWidth.of).max() ?? 0
        kind = 7 + (widest == 0 ? 0 : min(widest, 16) + 1)
        loss = figure(words.loss, FigureText.percent(0.001))
        jitter = figure(words.jitter, FigureText.milliseconds(0.001))
        latency = figure(words.latency, FigureText.milliseconds(0.001))
      }
      // One column for the margin on either side, one before the trend.
      let flexible = max(0, columns - 3 - verdict - kind - loss - jitter - latency)
      // Five intervals of the trend at least, and more of it where names need no more.
      name = max(8, min(24, (flexible - 5) / 2 - 1))
      trend = max(0, min(60, flexible - 2 * (name + 1)))
    }
  }

  /// Draws a header and as many paths as fit, keeping `selection` in view; says how many are left out.
  static func draw(_ state: DashboardState, _ canvas: inout Canvas, _ area: Range<Int>, selection: Int?) {
    guard let header = area.first else { return }
    let paths = state.worstFirst
    let layout = Layout(
      columns: canvas.columns, words: state.words, labels: paths.lazy.map { state.words.label($0.label) })
    drawHeader(state.words, layout, &canvas, row: header)
    let rows = area.dropFirst()
    guard !paths.isEmpty else {
      canvas.put(state.words.noPaths.fitted(to: canvas.columns - 2), row: header + 1, column: 1, style: .faint)
      return
    }
    let (first, shown) = window(count: paths.count, rows: rows.count, selection: selection ?? 0)
    for (index, row) in zip(first..<(first + shown), rows) {
      draw(paths[index], state, layout, &canvas, row: row, isSelected: index == selection)
    }
    if shown < paths.count, let last = rows.last {
      canvas.put(state.words.more(paths.count - shown), row: last, column: 1, style: .faint)
    }
  }

  /// Which lines to show; one row is kept for "more" when not all fit.
  static func window(count: Int, rows: Int, selection: Int) -> (first: Int, shown: Int) {
    guard count > rows else { return (0, count) }
    let shown = max(0, rows - 1)
    let first = max(0, min(selection - shown + 1, count - shown))
    return (selection < shown ? 0 : first, shown)
  }

  private static func drawHeader(_ words: Words, _ layout: Layout, _ canvas: inout Canvas, row: Int) {
    var column = 1
    func title(_ text: String, _ width: Int, rightAligned: Bool = false) {
      canvas.put(text.padded(to: width, rightAligned: rightAligned), row: row, column: column, style: .faint)
      column += width
    }
    title(words.verdict, layout.verdict)
    title(words.site, layout.name + 1)
    title(words.target, layout.name + 1)
    title(words.kind, layout.kind)
    title(layout.isNarrow ? words.lossPercent : words.loss, layout.loss, rightAligned: true)
    title(layout.isNarrow ? words.jitterMilliseconds : words.jitter, layout.jitter, rightAligned: true)
    title(layout.isNarrow ? words.latencyMilliseconds : words.latency, layout.latency, rightAligned: true)
    column += 1
    title(words.trend, layout.trend)
  }

  private static func draw(
    _ path: PathStatus, _ state: DashboardState, _ layout: Layout, _ canvas: inout Canvas, row: Int, isSelected: Bool
  ) {
    if isSelected { canvas.fill(row: row, style: Style.plain.selected(true)) }
    var column = 1
    func cell(_ text: String, _ width: Int, _ style: Style = .plain, rightAligned: Bool = false) {
      let padded = text.padded(to: width, rightAligned: rightAligned)
      canvas.put(padded, row: row, column: column, style: style.selected(isSelected))
      column += width
    }
    cell(state.words.verdict(path.verdict), layout.verdict, Self.style(path.verdict))
    cell(state.name(path.site).fitted(to: layout.name), layout.name + 1)
    cell(state.name(path.target).fitted(to: layout.name), layout.name + 1)
    let kind = [state.words.kind(path.origin), state.words.label(path.label)].filter { !$0.isEmpty }
    let shown = layout.isNarrow ? kind.last ?? "" : kind.joined(separator: " ")
    cell(shown.fitted(to: layout.kind - 1), layout.kind, .faint)
    let limits = path.limits
    func figure(_ value: Double?, limit: Double?, _ unit: (Double?) -> String, _ width: Int) {
      let text = layout.isNarrow ? FigureText.withoutUnit(value) : unit(value)
      cell(text, width, Gauge.style(value: value, limit: limit), rightAligned: true)
    }
    figure(path.lossPercent, limit: limits?.lossPercent, FigureText.percent, layout.loss)
    figure(path.jitterMilliseconds, limit: limits?.jitterMilliseconds, FigureText.milliseconds, layout.jitter)
    figure(path.latencyMilliseconds, limit: limits?.latencyMilliseconds, FigureText.milliseconds, layout.latency)
    column += 1
    guard let limits else { return }
    for bar in Sparkline.bars(path.recent, limits: limits, columns: layout.trend) {
      cell(bar.text, 1, bar.style)
    }
  }

  static func style(_ verdict: VerdictName) -> Style {
    switch verdict {
    case .good: Style(role: .good)
    case .bad: Style(role: .bad, isBold: true)
    case .unknown: Style(role: .unknown, isBold: true)
    case .planned: Style(role: .accent)
    }
  }
}
