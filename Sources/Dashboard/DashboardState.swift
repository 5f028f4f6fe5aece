import API

/// What the dashboard knows and shows: a value, changed by what arrives and by keys, drawn by screens.
struct DashboardState: Sendable, Equatable {
  enum Connection: Sendable, Equatable {
    case connecting
    case live
    /// With the reason, a sentence.
    case lost(String)
  }

  enum Key: Sendable, Equatable {
    case character(Character)
    case up, down, pageUp, pageDown, home, end
  }

  /// The monitor's address, as the user gave it.
  let address: String
  let words: Words
  /// Seconds to add to UTC for the times shown.
  let utcOffset: Int
  private(set) var overview: Overview?
  /// Seconds since the overview was made; stands still while the monitor is not reached.
  private var age = 0.0
  private(set) var connection = Connection.connecting
  private(set) var screen = ScreenID.overview
  /// Selected line of the current screen's list; kept within the list when drawn.
  private(set) var selection = 0
  private(set) var shouldQuit = false
  /// What the history screen shows, and of which span that is.
  private(set) var history: SiteHistory?
  private(set) var shownHistory: SpanOfHistory?
  private var historyLength = SpanOfHistory.Length.day
  /// The first of the site's paths that is shown.
  private(set) var historyScroll = 0

  init(address: String, words: Words, utcOffset: Int) {
    self.address = address
    self.words = words
    self.utcOffset = utcOffset
  }

  mutating func receive(_ overview: Overview) {
    self.overview = overview
    age = 0
    connection = .live
    selection = min(selection, max(0, listCount - 1))
  }

  /// The monitor's clock: what is shown holds until something else is received.
  var now: Double? { overview.map { $0.madeAt + age } }

  /// So many seconds ago the overview was received.
  mutating func pass(_ seconds: Double) {
    if connection == .live { age = max(age, seconds) }
  }

  /// What was last seen stays on the screen, marked as old.
  mutating func lose(_ reason: String) {
    connection = .lost(reason)
  }

  mutating func receive(_ history: SiteHistory, of span: SpanOfHistory) {
    self.history = history
    shownHistory = span
    historyScroll = min(historyScroll, max(0, history.paths.count - 1))
  }

  /// Whose history is looked at; `nil` while none is.
  var wantedHistory: SpanOfHistory? {
    guard screen == .history, let sites = overview?.sites, !sites.isEmpty else { return nil }
    return SpanOfHistory(site: sites[min(selection, sites.count - 1)].id, length: historyLength)
  }

  /// `pageRows` is how many lines of a list the terminal shows.
  mutating func press(_ key: Key, pageRows: Int) {
    if screen == .history, pressInHistory(key) { return }
    switch key {
    case .character("q"), .character("Q"): shouldQuit = true
    case .character("k"), .up: select(selection - 1)
    case .character("j"), .down: select(selection + 1)
    case .pageUp: select(selection - max(1, pageRows))
    case .pageDown: select(selection + max(1, pageRows))
    case .home: select(0)
    case .end: select(listCount - 1)
    case .character(let character):
      guard let screen = Screens.all.first(where: { $0.key == character }) else { return }
      // Of the path that was selected, its site's history.
      let site = [.overview, .paths].contains(self.screen) ? selectedPath?.site : nil
      let place = screen.id == .history ? overview?.sites.firstIndex { $0.id == site } : nil
      self.screen = screen.id
      selection = place ?? 0
      historyScroll = 0
    }
  }

  /// `false` for keys that mean the same everywhere.
  private mutating func pressInHistory(_ key: Key) -> Bool {
    switch key {
    case .character("d"): historyLength = .day
    case .character("w"): historyLength = .week
    case .character("m"): historyLength = .month
    case .pageUp: historyScroll = max(0, historyScroll - 1)
    case .pageDown: historyScroll = min(historyScroll + 1, max(0, (history?.paths.count ?? 0) - 1))
    default: return false
    }
    return true
  }

  private var selectedPath: PathStatus? {
    let paths = worstFirst
    return paths.indices.contains(selection) ? paths[selection] : nil
  }

  private mutating func select(_ line: Int) {
    selection = max(0, min(line, listCount - 1))
  }

  private var listCount: Int {
    guard let overview else { return 0 }
    return switch screen {
    case .overview, .paths: overview.paths.count
    case .meetings: overview.meetings.count
    case .incidents: overview.incidents.count
    case .history: overview.sites.count
    case .help: 0
    }
  }

  // MARK: What screens ask for

  /// Worst first: bad before unknown before planned before good, then by the share of the limit that is used up, then by name.
  var worstFirst: [PathStatus] {
    func rank(_ verdict: VerdictName) -> Int {
      switch verdict {
      case .bad: 0
      case .unknown: 1
      case .planned: 2
      case .good: 3
      }
    }
    return (overview?.paths ?? []).sorted { left, right in
      if rank(left.verdict) != rank(right.verdict) { return rank(left.verdict) < rank(right.verdict) }
      let (leftShare, rightShare) = (Gauge.share(of: left) ?? -1, Gauge.share(of: right) ?? -1)
      if leftShare != rightShare { return leftShare > rightShare }
      return (left.site, left.target, left.origin, left.label) < (right.site, right.target, right.origin, right.label)
    }
  }

  /// What has to be looked at first: firing before pending before silenced before what is over, pages before tickets,
  /// newest first among equals.
  var incidents: [IncidentStatus] {
    func rank(_ incident: IncidentStatus) -> (Int, Int, Double) {
      let state = Self.incidentStates.firstIndex(of: incident.state) ?? Self.incidentStates.count
      // Of what is over, only when it was counts.
      let urgency = incident.endedAt == nil && incident.severity == Self.ticket ? 1 : 0
      return (state, urgency, -incident.startedAt)
    }
    return (overview?.incidents ?? []).sorted { rank($0) < rank($1) }
  }

  private static let incidentStates = ["firing", "pending", "silenced", "resolved"]
  private static let ticket = "ticket"

  /// `site → target label`, cut to `columns` so that the label is left whole and something of both names.
  func way(of incident: IncidentStatus, columns: Int) -> String {
    let label = incident.label.map { " " + words.label($0) } ?? ""
    let room = max(0, columns - DisplayWidth.of(label) - DisplayWidth.of(Self.arrow))
    let (site, target) = (name(incident.site), name(incident.target))
    let half = room / 2
    let siteRoom = max(half, room - DisplayWidth.of(target))
    let left = site.fitted(to: siteRoom)
    return left + Self.arrow + target.fitted(to: room - DisplayWidth.of(left)) + label
  }

  private static let arrow = " → "

  /// A site's or target's name in the user's language; the id where it is no site.
  func name(_ id: String) -> String {
    overview?.sites.first { $0.id == id }.map { words.name($0.name) } ?? id
  }

  /// `10:15:03`, or `11-21 10:15` when more than a day before `reference`.
  func time(_ seconds: Double, reference: Double? = nil, withSeconds: Bool = true) -> String {
    let local = CivilTime(secondsSince1970: seconds, utcOffset: utcOffset)
    if let reference, reference - seconds > 86_400 { return "\(local.date.dropFirst(5)) \(local.time.prefix(5))" }
    return withSeconds ? local.time : String(local.time.prefix(5))
  }

  /// `11-25 22:00`.
  func dateAndTime(_ seconds: Double) -> String {
    let local = CivilTime(secondsSince1970: seconds, utcOffset: utcOffset)
    return "\(local.date.dropFirst(5)) \(local.time.prefix(5))"
  }

  /// What planned work touches: `tsu`, or `tsu/hq`.
  func scope(_ scope: String) -> String {
    scope.split(separator: "/", maxSplits: 1).map { name(String($0)) }.joined(separator: " ↔ ")
  }

  /// `10:15`.
  func clock(_ seconds: Double) -> String {
    time(seconds, withSeconds: false)
  }
}
