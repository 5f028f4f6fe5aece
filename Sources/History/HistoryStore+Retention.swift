import GRDB
import Wire

/// How long things are kept.
public struct Retention: Sendable, Hashable {
  /// Records as they came, and what was told or is still to be told: nobody can act on older news.
  public var records: Duration
  /// Judgements and closed incidents: a month's report, and the same month of the year before it.
  public var judgements: Duration

  public init(records: Duration = .seconds(14 * 86_400), judgements: Duration = .seconds(400 * 86_400)) {
    self.records = records
    self.judgements = judgements
  }
}

extension HistoryStore {
  /// Deletes what is older at `now` than `retention` allows. Each series is a transaction of its own: a commit waits
  /// for no more than one.
  public func prune(at now: WallTime, keeping retention: Retention) async throws(HistoryError) {
    let firstRecord = now.advanced(byNanoseconds: -retention.records.nanoseconds).nanoseconds
    let firstJudgement = now.advanced(byNanoseconds: -retention.judgements.nanoseconds).nanoseconds
    for series in try await read({ db in try Int64.fetchAll(db, sql: "SELECT id FROM series") }) {
      try await write { db in
        try db.execute(sql: "DELETE FROM record WHERE series = ? AND start < ?", arguments: [series, firstRecord])
        try db.execute(
          sql: "DELETE FROM judgement WHERE series = ? AND start < ?", arguments: [series, firstJudgement])
        try db.execute(
          sql: "DELETE FROM incident WHERE series = ? AND ended < ?", arguments: [series, firstJudgement])
      }
    }
    try await write { db in
      try db.execute(sql: "DELETE FROM outbox WHERE created < ?", arguments: [firstRecord])
      // Calls leave a series for each participant.
      try db.execute(
        sql: """
          DELETE FROM series WHERE
            NOT EXISTS (SELECT 1 FROM record WHERE record.series = series.id)
            AND NOT EXISTS (SELECT 1 FROM judgement WHERE judgement.series = series.id)
            AND NOT EXISTS (SELECT 1 FROM incident WHERE incident.series = series.id)
            AND NOT EXISTS (SELECT 1 FROM tracker WHERE tracker.series = series.id)
          """)
    }
  }
}
