import Alerting
import GRDB
import Measurement
import Wire

/// One judged interval, as it is kept: the verdict and the figures it rests on.
public struct JudgedInterval: Sendable, Equatable {
  public var series: PathRecord.Series
  public var interval: PathRecord.Interval
  public var verdict: Verdict
  /// Why the verdict is `unknown`.
  public var reason: UnknownReason?
  /// Why the verdict is `planned`.
  public var plannedWork: String?
  /// What it was held to; `nil` where it was judged before this was kept.
  public var objective: Objective?
  /// Parts per million, in the worse direction.
  public var loss: UInt64?
  /// Nanoseconds.
  public var jitter: UInt64?
  /// Nanoseconds.
  public var latency: UInt64?
  /// 95th percentile − minimum of the delay, in nanoseconds.
  public var delayVariation: UInt64?

  public init(_ judgement: Judgement, objective: Objective) {
    self.objective = objective
    series = judgement.series
    interval = judgement.interval
    verdict = judgement.verdict
    reason = judgement.reason
    plannedWork = judgement.plannedWork
    loss = judgement[.loss]?.value
    jitter = judgement[.jitter]?.value
    latency = judgement[.latency]?.value
    delayVariation = judgement.delayVariation
  }

  /// By place, since a day of a path has 5,760 of them.
  static let columns = "start, length, verdict, reason, loss, jitter, latency, delay_variation, objective"

  init(_ row: Row, of series: PathRecord.Series, _ objectives: [Int64: Objective]) throws {
    let verdict: String = row[2]
    guard let verdict = Verdict(rawValue: verdict) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a judgement with verdict \(verdict)")
    }
    func number(_ place: Int) -> UInt64? { (row[place] as Int64?).map(UInt64.init(bitPattern:)) }
    self.series = series
    interval = PathRecord.Interval(start: WallTime(nanoseconds: row[0]), length: .nanoseconds(row[1]))
    self.verdict = verdict
    reason = verdict == .unknown ? (row[3] as String?).flatMap(UnknownReason.init) : nil
    plannedWork = verdict == .planned ? row[3] : nil
    (loss, jitter, latency, delayVariation) = (number(4), number(5), number(6), number(7))
    objective = objectives[row[8]]
  }
}

extension HistoryStore {
  /// The newest `limit` judgements of each series, oldest first.
  public func judgements(limit: Int) async throws(HistoryError) -> [PathRecord.Series: [JudgedInterval]] {
    try await read { db in
      let newest = try db.cachedStatement(
        sql: "SELECT \(JudgedInterval.columns) FROM judgement WHERE series = ? ORDER BY start DESC LIMIT ?")
      let objectives = try Self.objectives(in: db)
      var judgements: [PathRecord.Series: [JudgedInterval]] = [:]
      for row in try Row.fetchAll(db, sql: "SELECT * FROM series") {
        let series = try PathRecord.Series(row)
        let judged = try Self.judgements(of: series, newest, [row["id"] as Int64, limit], objectives)
        if !judged.isEmpty { judgements[series] = judged.reversed() }
      }
      return judgements
    }
  }

  private static func judgements(
    of series: PathRecord.Series, _ statement: Statement, _ arguments: StatementArguments,
    _ objectives: [Int64: Objective]
  ) throws -> [JudgedInterval] {
    var judgements: [JudgedInterval] = []
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while let row = try rows.next() { judgements.append(try JudgedInterval(row, of: series, objectives)) }
    return judgements
  }

  /// The judged series of a site, `limit` at most.
  public func series(of site: String, limit: Int) async throws(HistoryError) -> [PathRecord.Series] {
    try await read { db in
      // Calls leave a series for each participant; what is judged has no label.
      let rows = try Row.fetchAll(
        db,
        sql: "SELECT * FROM series WHERE site = ? AND (label = '' OR origin NOT LIKE 'call %') ORDER BY id LIMIT ?",
        arguments: [site, limit])
      return try rows.map { try PathRecord.Series($0) }
    }
  }

  /// A judged series' judgements with starts in `starts`, oldest first.
  public func judgements(
    of series: PathRecord.Series, starting starts: Range<WallTime>
  ) async throws(HistoryError) -> [JudgedInterval] {
    try await read { db in
      guard let row = try series.findRow(in: db) else { return [] }
      let statement = try db.cachedStatement(
        sql: """
          SELECT \(JudgedInterval.columns) FROM judgement WHERE series = ? AND start >= ? AND start < ? ORDER BY start
          """)
      return try Self.judgements(
        of: series, statement, [row, starts.lowerBound.nanoseconds, starts.upperBound.nanoseconds],
        Self.objectives(in: db))
    }
  }

  static func insert(_ judgements: [JudgedInterval], in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO judgement
          (series, start, length, verdict, reason, loss, jitter, latency, delay_variation, objective)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    var (series, objectives) = (SeriesRows(db), [Objective: Int64]())
    for each in judgements {
      let objective = try each.objective.map { try objectives[$0] ?? $0.row(in: db) } ?? 0
      if let key = each.objective { objectives[key] = objective }
      try statement.execute(arguments: [
        series.row(of: each.series), each.interval.start.nanoseconds, each.interval.length.nanoseconds,
        each.verdict.rawValue, each.reason?.rawValue ?? each.plannedWork, each.loss.map(Int64.init(bitPattern:)),
        each.jitter.map(Int64.init(bitPattern:)), each.latency.map(Int64.init(bitPattern:)),
        each.delayVariation.map(Int64.init(bitPattern:)), objective,
      ])
    }
    try markStale(judgements.lazy.map { ($0.series, $0.interval.start) }, &series, in: db)
  }
}
