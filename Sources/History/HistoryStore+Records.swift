import Foundation
import GRDB
import Measurement
import Wire

extension HistoryStore {
  /// Those of `records` that would change what is stored: never seen, or of a higher revision. Order is kept.
  public func news(in records: [PathRecord]) async throws(HistoryError) -> [PathRecord] {
    try await read { db in
      let statement = try db.cachedStatement(
        sql: """
          SELECT revision FROM record
          WHERE series = ? AND start = ? AND source = (SELECT id FROM source WHERE agent = ? AND boot = ?)
          """)
      return try PathRecord.latestRevisions(of: records).filter { record in
        guard let series = try record.series.findRow(in: db) else { return true }
        let stored = try UInt32.fetchOne(
          statement,
          arguments: [
            series, record.id.intervalStart.nanoseconds, record.id.agent, Int64(bitPattern: record.id.boot),
          ])
        return stored.map { record.id.revision > $0 } ?? true
      }
    }
  }

  /// What is stored of a judged series with starts in `starts`, oldest first. A site's calls are judged as one series,
  /// whatever their labels.
  public func records(
    judgedAs series: PathRecord.Series, starting starts: Range<WallTime>
  ) async throws(HistoryError) -> [PathRecord] {
    try await read { db in
      try Self.bodies(judgedAs: series, starting: starts, in: db).map { try PathRecordCodec.decode($0) }
    }
  }

  static func bodies(
    judgedAs series: PathRecord.Series, starting starts: Range<WallTime>, in db: Database
  ) throws -> [Data] {
    let path = series.path
    var condition = "site = ? AND target = ? AND route = ? AND origin = ?"
    var arguments: StatementArguments = [path.site, path.target, path.route.rawValue, series.origin.description]
    if case .call = series.origin {
    } else {
      condition += " AND label = ?"
      arguments += [path.label]
    }
    let statement = try db.cachedStatement(
      sql: """
        SELECT body FROM record WHERE series IN (SELECT id FROM series WHERE \(condition))
        AND start >= ? AND start < ? ORDER BY start, id
        """)
    return try Data.fetchAll(
      statement, arguments: arguments + [starts.lowerBound.nanoseconds, starts.upperBound.nanoseconds])
  }

  static func insert(_ records: [PathRecord], in db: Database) throws {
    let record = try db.cachedStatement(
      sql: """
        INSERT INTO record (series, source, start, revision, body)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (series, start, source) DO UPDATE SET revision = excluded.revision, body = excluded.body
        WHERE excluded.revision > revision
        """)
    var series = SeriesRows(db)
    var sources: [Source: Int64] = [:]
    for each in records {
      let source = Source(agent: each.id.agent, boot: Int64(bitPattern: each.id.boot))
      let sourceRow = try sources[source] ?? source.row(in: db)
      sources[source] = sourceRow
      try record.execute(arguments: [
        series.row(of: each.series), sourceRow, each.id.intervalStart.nanoseconds, each.id.revision,
        Data(PathRecordCodec.encode(each)),
      ])
    }
    let dayLength: Duration = .seconds(86_400)
    let day = try db.cachedStatement(sql: "INSERT OR IGNORE INTO day (start) VALUES (?)")
    for start in Set(records.map { $0.id.intervalStart.floored(to: dayLength) }) {
      try day.execute(arguments: [start.nanoseconds])
    }
    try markStale(records.lazy.map { ($0.series, $0.id.intervalStart) }, &series, in: db)
  }

  /// One run of one agent.
  private struct Source: Hashable {
    var agent: String
    var boot: Int64

    /// The row's number; the row is made when it is not there.
    func row(in db: Database) throws -> Int64 {
      let find = try db.cachedStatement(sql: "SELECT id FROM source WHERE agent = ? AND boot = ?")
      if let id = try Int64.fetchOne(find, arguments: [agent, boot]) { return id }
      try db.cachedStatement(sql: "INSERT INTO source (agent, boot) VALUES (?, ?)").execute(arguments: [agent, boot])
      return db.lastInsertedRowID
    }
  }
}
