import API

/// What is wrong, since when, and by how much; then what was.
enum IncidentsScreen {
  static let screen = Screen(id: .incidents, key: "4", title: \.incidents, draw: draw)

  private static func draw(_ state: DashboardState, _ canvas: inout Canvas, _ area: Range<Int>) {
    Rule.draw(state.words.incidents, &canvas, row: area.lowerBound)
    let works = state.overview?.planned ?? []
    // What was announced takes a third at most.
    let workRows = works.isEmpty ? 0 : 1 + min(works.count, area.count / 3)
    let end = area.upperBound - workRows
    // The list comes first: a title, two incidents and how many more.
    let detailRows = state.incidents.isEmpty ? 0 : min(6, end - area.lowerBound - 4)
    let listEnd = detailRows > 1 ? end - detailRows : end
    drawList(state, &canvas, (area.lowerBound + 1)..<listEnd, selection: state.selection)
    if listEnd < end { drawSelected(state, &canvas, listEnd..<end) }
    guard workRows > 0 else { return }
    Rule.draw(state.words.plannedWork, &canvas, row: end)
    for (work, row) in zip(works, (end + 1)..<area.upperBound) { draw(work, state, &canvas, row: row) }
  }

  /// The selected incident: its path in full, where the fault most likely lies, and which way the packets went.
  private static func drawSelected(_ state: DashboardState, _ canvas: inout Canvas, _ area: Range<Int>) {
    let incidents = state.incidents
    guard incidents.indices.contains(state.selection) else { return }
    let incident = incidents[state.selection]
    Rule.draw(state.way(of: incident, columns: canvas.columns - 8), &canvas, row: area.lowerBound)
    let columns = canvas.columns - 2
    // The cause says in words how the route differs.
    let cause = (incident.likelyCause ?? incident.route?.difference).map(state.words.localized)
    let causeLines = "\(state.words.likelyCause): \(cause ?? FigureText.unmeasured)".wrapped(to: columns)
    let routeLines = incident.route.map { lines($0, state) } ?? []
    let room = max(1, area.count - 1 - routeLines.count)
    var shown = Array(causeLines.prefix(room))
    if room < causeLines.count { shown[room - 1] = (shown[room - 1] + " …").fitted(to: columns) }
    // What was thought first, where there is room left.
    let before = (incident.causes ?? []).dropLast().reversed().flatMap { cause in
      "\(state.words.likelyCause) \(state.clock(cause.since))–: \(state.words.localized(cause.cause))".wrapped(
        to: columns)
    }
    for (line, row) in zip(shown + routeLines + before, area.dropFirst()) {
      canvas.put(line.fitted(to: columns), row: row, column: 1)
    }
  }

  /// The way there when an incident began, and the last good one.
  private static func lines(_ route: IncidentRoute, _ state: DashboardState) -> [String] {
    let began = "\(state.words.route) \(state.clock(route.followedAt))  \(route.hops)"
    return [began, route.lastGoodHops.map { state.words.lastGoodRoute($0) } ?? ""].filter { !$0.isEmpty }
  }

  private static func draw(_ work: PlannedWorkBody, _ state: DashboardState, _ canvas: inout Canvas, row: Int) {
    let now = state.now ?? work.from
    let goesOn = work.from <= now
    let span = "\(state.dateAndTime(work.from)) – \(state.dateAndTime(work.to))"
    var column = canvas.put(goesOn ? "◇ " : "· ", row: row, column: 1, style: goesOn ? .accent : .faint)
    column = canvas.put(span.padded(to: 27), row: row, column: column, style: goesOn ? .plain : .faint)
    let scopes = work.scopes.isEmpty ? state.words.allPaths : work.scopes.map(state.scope).joined(separator: ", ")
    column = canvas.put(scopes.fitted(to: max(12, canvas.columns / 3)), row: row, column: column) + 2
    canvas.put(work.reason.printable.fitted(to: canvas.columns - column - 1), row: row, column: column, style: .faint)
  }

  static func drawList(_ state: DashboardState, _ canvas: inout Canvas, _ area: Range<Int>, selection: Int?) {
    guard let first = area.first else { return }
    let incidents = state.incidents
    guard !incidents.isEmpty else {
      canvas.put(state.words.noIncidents, row: first, column: 1, style: .faint)
      return
    }
    let (start, shown) = PathTable.window(count: incidents.count, rows: area.count, selection: selection ?? 0)
    // With a single row there is room for the newest one only.
    for (index, row) in zip(start..<(start + max(1, shown)), area) {
      draw(incidents[index], state, &canvas, row: row, isSelected: index == selection)
    }
    if shown < incidents.count, area.count > 1, let last = area.last {
      let left = incidents[..<start] + incidents[(start + shown)...]
      let text = "\(state.words.more(left.count)): \(kinds(of: left, state.words))"
      canvas.put(text.fitted(to: canvas.columns - 2), row: last, column: 1, style: .faint)
    }
  }

  /// How many there are of each state, in the order of the list.
  private static func kinds(of incidents: some Sequence<IncidentStatus>, _ words: Words) -> String {
    var kinds: [(state: String, count: Int)] = []
    for incident in incidents {
      if kinds.last?.state != incident.state { kinds.append((incident.state, 0)) }
      kinds[kinds.count - 1].count += 1
    }
    return kinds.map { words.count($0.count, words.state($0.state)) }.joined(separator: ", ")
  }

  private static func draw(
    _ incident: IncidentStatus, _ state: DashboardState, _ canvas: inout Canvas, row: Int, isSelected: Bool
  ) {
    if isSelected { canvas.fill(row: row, style: Style.plain.selected(true)) }
    func put(_ text: String, _ column: Int, _ style: Style = .plain) -> Int {
      canvas.put(text, row: row, column: column, style: style.selected(isSelected))
    }
    let now = state.now
    var column = put(mark(incident.state), 1, style(incident.state))
    column = put(" \(state.words.state(incident.state))".padded(to: 10), column, style(incident.state))
    let width = max(20, canvas.columns / 3)
    column = put(state.way(of: incident, columns: width).padded(to: width), column) + 1
    let figure =
      incident.metric == "unknown"
      ? state.words.metric(incident.metric)
      : "\(state.words.metric(incident.metric)) \(incident.value) > \(incident.limit)"
    let end = incident.endedAt.map { state.clock($0) } ?? ""
    let span = "\(state.time(incident.startedAt, reference: now, withSeconds: false))–\(end)"
    column = put(figure.padded(to: max(10, canvas.columns - column - 19)), column) + 1
    _ = put(span, column, .faint)
  }

  private static func mark(_ state: String) -> String {
    switch state {
    case "firing": "✖"
    case "pending": "▲"
    case "resolved": "✔"
    default: "–"
    }
  }

  private static func style(_ state: String) -> Style {
    switch state {
    case "firing": Style(role: .bad, isBold: true)
    case "pending": Style(role: .warning, isBold: true)
    case "resolved": Style(role: .good)
    default: .faint
    }
  }
}
