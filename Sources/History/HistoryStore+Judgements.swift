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
    loss = judgement[.loss]?.value
    jitter = judgement[.jitter]?.value
    latency = judgement[.latency]?.value
    delayVariation = judgement.delayVariation
  }

  init(_ row: Row, _ objectives: [Int64: Objective]) throws {
    let verdict: String = row["verdict"]
    guard let verdict = Verdict(rawValue: verdict) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a judgement with verdict \(verdict)")
    }
    series = try PathRecord.Series(row)
    interval = PathRecord.Interval(start: WallTime(nanoseconds: row["start"]), length: .nanoseconds(row["length"]))
    self.verdict = verdict
    reason = (row["reason"] as String?).flatMap(UnknownReason.init)
    objective = objectives[row["objective"]]
    loss = (row["loss"] as Int64?).map(UInt64.init(bitPattern:))
    jitter = (row["jitter"] as Int64?).map(UInt64.init(bitPattern:))
    latency = (row["latency"] as Int64?).map(UInt64.init(bitPattern:))
    delayVariation = (row["delay_variation"] as Int64?).map(UInt64.init(bitPattern:))
  }
}

extension HistoryStore {
  /// The newest `limit` judgements of each series, oldest first.
  public func judgements(limit: Int) async throws(HistoryError) -> [PathRecord.Series: [JudgedInterval]] {
    try await read { db in
      let newest = try db.cachedStatement(
        sql: """
          SELECT * FROM judgement JOIN series ON series.id = judgement.series WHERE judgement.series = ?
          ORDER BY start DESC LIMIT ?
          """)
      let objectives = try Self.objectives(in: db)
      var judgements: [PathRecord.Series: [JudgedInterval]] = [:]
      for id in try Int64.fetchAll(db, sql: "SELECT id FROM series") {
        let judged = try Row.fetchAll(newest, arguments: [id, limit]).map {
          try JudgedInterval($0, objectives)
        }
        if let series = judged.first?.series { judgements[series] = judged.reversed() }
      }
      return judgements
    }
  }

  /// A judged series' judgements with starts in `starts`, oldest first.
  public func judgements(
    of series: PathRecord.Series, starting starts: Range<WallTime>
  ) async throws(HistoryError) -> [JudgedInterval] {
    try await read { db in
      guard let row = try series.findRow(in: db) else { return [] }
      let objectives = try Self.objectives(in: db)
      let statement = try db.cachedStatement(
        sql: """
          SELECT * FROM judgement JOIN series ON series.id = judgement.series
          WHERE judgement.series = ? AND start >= ? AND start < ? ORDER BY start
          """)
      let arguments: StatementArguments = [row, starts.lowerBound.nanoseconds, starts.upperBound.nanoseconds]
      return try Row.fetchAll(statement, arguments: arguments).map { try JudgedInterval($0, objectives) }
    }
  }

  static func insert(_ judgements: [JudgedInterval], in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO judgement
          (series, start, length, verdict, reason, loss, jitter, latency, delay_variation, objective)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for each in judgements {
      try statement.execute(arguments: [
        each.series.row(in: db), each.interval.start.nanoseconds, each.interval.length.nanoseconds,
        each.verdict.rawValue, each.reason?.rawValue, each.loss.map(Int64.init(bitPattern:)),
        each.jitter.map(Int64.init(bitPattern:)), each.latency.map(Int64.init(bitPattern:)),
        each.delayVariation.map(Int64.init(bitPattern:)), each.objective?.row(in: db) ?? 0,
      ])
    }
    try markStale(judgements.lazy.map { ($0.series, $0.interval.start) }, in: db)
  }
}
