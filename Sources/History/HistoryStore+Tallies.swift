import GRDB
import Measurement
import Wire

/// Judged intervals, counted by what they were: for each window of a roll-up and, so that a year of every path need not be
/// added up from its days, for blocks of 32 days.
extension HistoryStore {
  /// Blocks follow one another from 1970 on. A day belongs to the one it starts in.
  static let tallyBlock: Duration = .seconds(32 * 86_400)
  /// Of their rows.
  static let tallyBlockLevel: Int64 = 32 * 86_400

  /// Every judged series' intervals in the windows that start in `starts`, counted.
  public func tallies(
    _ level: RollUp.Level, starting starts: Range<WallTime>
  ) async throws(HistoryError) -> [PathRecord.Series: [RollUp.Tally]] {
    try await read { db in
      let objectives = try Self.objectives(in: db)
      let blocks = Self.blocks(level, in: starts)
      // The windows before the blocks, the blocks, the windows after them.
      let statement = try db.cachedStatement(
        sql: """
          SELECT objective, verdict, reason, sum(intervals) AS intervals FROM (
            SELECT objective, verdict, reason, intervals FROM tally
            WHERE series = ?1 AND level = ?2 AND start >= ?3 AND start < ?4
            UNION ALL SELECT objective, verdict, reason, intervals FROM tally
            WHERE series = ?1 AND level = ?7 AND start >= ?4 AND start < ?5
            UNION ALL SELECT objective, verdict, reason, intervals FROM tally
            WHERE series = ?1 AND level = ?2 AND start >= ?5 AND start < ?6
          ) GROUP BY objective, verdict, reason
          """)
      var tallies: [PathRecord.Series: [RollUp.Tally]] = [:]
      for series in try Row.fetchAll(db, sql: "SELECT * FROM series") {
        let counted = try Row.fetchAll(
          statement,
          arguments: [
            series["id"] as Int64, level.rawValue, starts.lowerBound.nanoseconds, blocks.lowerBound.nanoseconds,
            blocks.upperBound.nanoseconds, starts.upperBound.nanoseconds, Self.tallyBlockLevel,
          ])
        guard !counted.isEmpty else { continue }
        tallies[try PathRecord.Series(series)] = try counted.map { try RollUp.Tally($0, objectives) }
      }
      return tallies
    }
  }

  /// The whole blocks of `starts`; none, at its end, where windows are no days.
  static func blocks(_ level: RollUp.Level, in starts: Range<WallTime>) -> Range<WallTime> {
    let last = starts.upperBound.floored(to: tallyBlock)
    var first = starts.lowerBound.floored(to: tallyBlock)
    if first < starts.lowerBound { first = first + tallyBlock }
    return level == .day && first < last ? first..<last : starts.upperBound..<starts.upperBound
  }

  /// Counts the window's intervals anew, unless that would be fewer than were counted before.
  static func replaceTallies(
    _ window: Window, in db: Database, by query: String, _ arguments: StatementArguments
  ) throws {
    let tallies = try Row.fetchAll(db.cachedStatement(sql: query), arguments: arguments)
    let before = try Int.fetchOne(
      db.cachedStatement(
        sql: "SELECT coalesce(sum(intervals), 0) FROM tally WHERE series = ? AND level = ? AND start = ?"),
      arguments: window.key)
    guard tallies.reduce(0, { $0 + ($1["intervals"] as Int) }) >= before ?? 0 else { return }
    try db.cachedStatement(sql: "DELETE FROM tally WHERE series = ? AND level = ? AND start = ?")
      .execute(arguments: window.key)
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO tally (series, level, start, objective, verdict, reason, intervals) VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    for tally in tallies { try insert.execute(arguments: window.key + StatementArguments(tally.databaseValues)) }
    if window.level == .day { try sumBlock(of: window.series, holding: window.starts.lowerBound, in: db) }
  }

  /// Adds up the days of a block anew.
  static func sumBlock(of series: Int64, holding day: WallTime, in db: Database) throws {
    let block = day.floored(to: tallyBlock)
    let key: StatementArguments = [series, tallyBlockLevel, block.nanoseconds]
    try db.cachedStatement(sql: "DELETE FROM tally WHERE series = ? AND level = ? AND start = ?").execute(
      arguments: key)
    try db.cachedStatement(
      sql: """
        INSERT INTO tally (series, level, start, objective, verdict, reason, intervals)
        SELECT ?, ?, ?, objective, verdict, reason, sum(intervals) FROM tally
        WHERE series = ? AND level = ? AND start >= ? AND start < ? GROUP BY objective, verdict, reason
        """
    ).execute(
      arguments: key + [series, RollUp.Level.day.rawValue, block.nanoseconds, (block + tallyBlock).nanoseconds])
  }
}
