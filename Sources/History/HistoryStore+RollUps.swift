import Alerting
import Foundation
import GRDB
import Measurement
import Wire

extension HistoryStore {
  /// How long after a window's end its roll-up is made: by then most of its records have come. What comes later has it
  /// made again.
  static let rollUpDelay: Duration = .seconds(60)
  /// So many windows are rolled up in one transaction: a commit waits for no more.
  static let rollUpBatch = 50

  /// Makes every roll-up that is due at `now`, shorter windows first. Returns how many.
  ///
  /// - Parameters:
  ///   - timeZone: whose midnights part the days.
  ///   - bases: by what the latency of judged series is told; of the others by the round trip.
  @discardableResult
  public func rollUp(
    at now: WallTime, timeZone: TimeZone, bases: [PathRecord.Series: LatencyBasis] = [:]
  ) async throws(HistoryError) -> Int {
    var count = 0
    for level in RollUp.Level.allCases {
      var made: Int
      repeat {
        made = try await write { db in try Self.rollUp(level, at: now, timeZone, bases, in: db) }
        count += made
      } while made == Self.rollUpBatch && !Task.isCancelled
    }
    return count
  }

  /// Notes that the roll-ups of these series and instants do not hold everything.
  static func markStale(
    _ changed: some Sequence<(series: PathRecord.Series, at: WallTime)>, _ rows: inout SeriesRows, in db: Database
  ) throws {
    var windows: [PathRecord.Series: Set<WallTime>] = [:]
    // Nothing was measured before 1970, whatever a clock said.
    for change in changed where change.at >= .unixEpoch {
      windows[change.series.judged, default: []].insert(
        change.at.floored(to: .seconds(RollUp.Level.fiveMinutes.rawValue)))
    }
    let mark = try db.cachedStatement(sql: "INSERT OR IGNORE INTO stale (level, start, series) VALUES (?, ?, ?)")
    for (series, starts) in windows {
      let row = try rows.row(of: series)
      for start in starts {
        try mark.execute(arguments: [RollUp.Level.fiveMinutes.rawValue, start.nanoseconds, row])
      }
    }
  }

  // MARK: Reading

  /// The roll-ups of a judged series whose windows start in `starts`, oldest first.
  ///
  /// - Parameter withRecords: also what was merged; to read a month of hours takes ten times as long then.
  public func rollUps(
    of series: PathRecord.Series, _ level: RollUp.Level, starting starts: Range<WallTime>, withRecords: Bool = false
  ) async throws(HistoryError) -> [RollUp] {
    try await read { db in
      guard let row = try series.findRow(in: db) else { return [] }
      let arguments: StatementArguments = [
        row, level.rawValue, starts.lowerBound.nanoseconds, starts.upperBound.nanoseconds,
      ]
      let condition = "WHERE series = ? AND level = ? AND start >= ? AND start < ? ORDER BY start"
      let source = withRecords ? "rollup JOIN rollup_body ON id = rollup.body" : "rollup"
      let objectives = try Self.objectives(in: db)
      var rollUps: [WallTime: RollUp] = [:]
      func change(_ start: WallTime, _ body: (inout RollUp) throws -> Void) rethrows {
        try body(&rollUps[start, default: RollUp(series: series, level: level, start: start, tallies: [])])
      }
      let body = withRecords ? ", rollup_body.body" : ""
      let merged = try Row.fetchCursor(
        db.cachedStatement(
          sql: "SELECT start, loss, jitter, latency, delay_variation\(body) FROM \(source) \(condition)"),
        arguments: arguments)
      while let row = try merged.next() {
        try change(WallTime(nanoseconds: row["start"])) { rollUp in
          rollUp.figures = RollUp.Figures(row)
          if withRecords { rollUp.record = try PathRecordCodec.decode(row["body"] as Data) }
        }
      }
      let tallies = try Row.fetchCursor(
        db.cachedStatement(sql: "SELECT * FROM tally \(condition)"), arguments: arguments)
      while let row = try tallies.next() {
        try change(WallTime(nanoseconds: row["start"])) { $0.tallies.append(try RollUp.Tally(row, objectives)) }
      }
      return rollUps.values.sorted { $0.start < $1.start }
    }
  }

  // MARK: One window

  struct Window {
    var series: Int64
    var level: RollUp.Level
    var starts: Range<WallTime>

    var key: StatementArguments { [series, level.rawValue, starts.lowerBound.nanoseconds] }
    var bounds: StatementArguments { [starts.lowerBound.nanoseconds, starts.upperBound.nanoseconds] }
  }

  private static func rollUp(
    _ level: RollUp.Level, at now: WallTime, _ timeZone: TimeZone, _ bases: [PathRecord.Series: LatencyBasis],
    in db: Database
  ) throws -> Int {
    let latest = now.advanced(byNanoseconds: -rollUpDelay.nanoseconds)
    let due = try Row.fetchAll(
      db.cachedStatement(
        sql: "SELECT start, series FROM stale WHERE level = ? AND start <= ? ORDER BY start, series LIMIT ?"),
      arguments: [
        level.rawValue, latest.advanced(byNanoseconds: -level.longest.nanoseconds).nanoseconds, rollUpBatch,
      ])
    for row in due {
      let start = WallTime(nanoseconds: row["start"])
      let window = Window(series: row["series"], level: level, starts: level.window(holding: start, in: timeZone))
      try level == .fiveMinutes ? gather(window, bases, in: db) : merge(window, timeZone, bases, in: db)
      try db.execute(
        sql: "DELETE FROM stale WHERE series = ? AND level = ? AND start = ?",
        arguments: [window.series, level.rawValue, start.nanoseconds])
      if let next = level.next {
        try db.execute(
          sql: "INSERT OR IGNORE INTO stale (series, level, start) VALUES (?, ?, ?)",
          arguments: [
            window.series, next.rawValue, next.window(holding: start, in: timeZone).lowerBound.nanoseconds,
          ])
      }
    }
    return due.count
  }

  /// From records and judgements.
  private static func gather(
    _ window: Window, _ bases: [PathRecord.Series: LatencyBasis], in db: Database
  ) throws {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT * FROM series WHERE id = ?"), arguments: [window.series])
    // A series that was forgotten meanwhile has nothing left.
    guard let series = try row.map(PathRecord.Series.init) else { return }
    let bodies = try bodies(judgedAs: series, starting: window.starts, in: db)
    try store(bodies, of: bodies.count, as: window, bases, in: db)
    try replaceTallies(
      window, in: db,
      by: """
        SELECT objective, verdict, coalesce(reason, '') AS reason, count(*) AS intervals FROM judgement
        WHERE series = ? AND start >= ? AND start < ? GROUP BY objective, verdict, reason
        """, [window.series] + window.bounds)
  }

  /// From the roll-ups of the next shorter windows.
  private static func merge(
    _ window: Window, _ timeZone: TimeZone, _ bases: [PathRecord.Series: LatencyBasis], in db: Database
  ) throws {
    let shorter: RollUp.Level = window.level == .day ? .hour : .fiveMinutes
    let parts = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT records, rollup_body.body FROM rollup JOIN rollup_body ON id = rollup.body
          WHERE series = ? AND level = ? AND start >= ? AND start < ? ORDER BY start
          """),
      arguments: [window.series, shorter.rawValue] + window.bounds)
    try store(
      parts.map { $0["body"] as Data }, of: parts.reduce(0) { $0 + ($1["records"] as Int) }, as: window, bases, in: db)
    try replaceTallies(
      window, in: db,
      by: """
        SELECT objective, verdict, reason, sum(intervals) AS intervals FROM tally
        WHERE series = ? AND level = ? AND start >= ? AND start < ? GROUP BY objective, verdict, reason
        """, [window.series, shorter.rawValue] + window.bounds)
  }

  /// Keeps what the window's records say together. What is made of more records than are left is not replaced: they were
  /// kept no longer.
  private static func store(
    _ bodies: [Data], of records: Int, as window: Window, _ bases: [PathRecord.Series: LatencyBasis], in db: Database
  ) throws {
    // One that cannot be read any more, of which `verify` tells, does not keep the others from being rolled up.
    let parts = bodies.compactMap { try? PathRecordCodec.decode($0) }
    guard var whole = parts.first else { return }
    // Calls of one site are one: they differ in their labels.
    whole.id.path = whole.series.judged.path
    for var part in parts.dropFirst() {
      (part.id.path, part.id.origin) = (whole.id.path, whole.id.origin)
      whole.merge(part)
    }
    let bytes = Data(PathRecordCodec.encode(whole))
    let before = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT records, body FROM rollup WHERE series = ? AND level = ? AND start = ?"),
      arguments: window.key)
    let place: Int64
    if let before {
      guard records >= before["records"] else { return }
      place = before["body"]
      try db.cachedStatement(sql: "UPDATE rollup_body SET body = ? WHERE id = ?").execute(arguments: [bytes, place])
    } else {
      try db.cachedStatement(sql: "INSERT INTO rollup_body (body) VALUES (?)").execute(arguments: [bytes])
      place = db.lastInsertedRowID
    }
    let figures = RollUp.Figures(whole, bases[whole.series] ?? .roundTrip)
    let statement = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO rollup (series, level, start, records, loss, jitter, latency, delay_variation, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let values: StatementArguments = [
      records, figures.loss.map(Int64.init(clamping:)), figures.jitter.map(Int64.init(clamping:)),
      figures.latency.map(Int64.init(clamping:)), figures.delayVariation.map(Int64.init(clamping:)), place,
    ]
    try statement.execute(arguments: window.key + values)
  }
}

extension RollUp.Figures {
  /// Of all that a window's records say together.
  init(_ record: PathRecord, _ basis: LatencyBasis) {
    let judgement = Objective().judge(record, basis: basis)
    self.init(
      loss: judgement?[.loss]?.value, jitter: judgement?[.jitter]?.value, latency: judgement?[.latency]?.value,
      delayVariation: judgement?.delayVariation)
  }

  init(_ row: Row) {
    func number(_ column: String) -> UInt64? { (row[column] as Int64?).map(UInt64.init(clamping:)) }
    self.init(
      loss: number("loss"), jitter: number("jitter"), latency: number("latency"),
      delayVariation: number("delay_variation"))
  }
}
