import GRDB
import Measurement
import Wire

/// How long things are kept. Days of which nothing was measured do not count: a clock that is far ahead, or a monitor
/// that was off, makes nothing old.
public struct Retention: Sendable, Hashable {
  /// Records as they came, judged intervals, and what was told or is still to be told: nobody can act on older news.
  /// Records within half an hour of an incident of their path are kept as long as the incident.
  public var records: Duration
  /// Roll-ups of five minutes, hours and days.
  public var fiveMinutes: Duration
  public var hours: Duration
  public var days: Duration
  /// Incidents and planned work that are over: a month, and the same month of the year before it.
  public var incidents: Duration

  public init(
    records: Duration = .seconds(14 * 86_400), fiveMinutes: Duration = .seconds(62 * 86_400),
    hours: Duration = .seconds(400 * 86_400), days: Duration = .seconds(3_660 * 86_400),
    incidents: Duration = .seconds(400 * 86_400)
  ) {
    self.records = records
    self.fiveMinutes = fiveMinutes
    self.hours = hours
    self.days = days
    self.incidents = incidents
  }

  subscript(level: RollUp.Level) -> Duration {
    switch level {
    case .fiveMinutes: fiveMinutes
    case .hour: hours
    case .day: days
    }
  }
}

extension HistoryStore {
  /// How far around an incident records are kept.
  static let incidentMargin: Duration = .seconds(1_800)
  /// Of a longer incident only the beginning is kept.
  static let incidentSpan: Duration = .seconds(86_400)

  /// Of series that are kept as roll-ups only, records stay so long: what belongs to one window mostly comes within it.
  static let rollUpRecords: Duration = .seconds(7_200)

  /// Deletes what is older at `now` than `retention` allows. Each series is a transaction of its own: a commit waits
  /// for no more than one.
  ///
  /// - Parameter rollUpsOnly: of these judged series, records go after two hours, once they are rolled up, but for those around
  ///   incidents.
  public func prune(
    at now: WallTime, keeping retention: Retention, rollUpsOnly: Set<PathRecord.Series> = []
  ) async throws(HistoryError) {
    let firstRecord = try await firstKept(retention.records, at: now)
    let firstRolledUp = now.advanced(byNanoseconds: -Self.rollUpRecords.nanoseconds).nanoseconds
    let firstIncident = try await firstKept(retention.incidents, at: now)
    var firstWindows: [(level: RollUp.Level, start: Int64)] = []
    for level in RollUp.Level.allCases { firstWindows.append((level, try await firstKept(retention[level], at: now))) }
    let all = try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM series").map {
        (id: $0["id"] as Int64, series: try PathRecord.Series($0))
      }
    }
    for (id, series) in all {
      let firstRaw = rollUpsOnly.contains(series.judged) ? max(firstRecord, firstRolledUp) : firstRecord
      try await write { [firstWindows] db in
        let judged = try series.judged.findRow(in: db)
        // Its incidents are those of the series it is judged as.
        try db.execute(
          sql: """
            DELETE FROM record WHERE series = ?1 AND start < ?2 AND NOT EXISTS (
              SELECT 1 FROM incident WHERE incident.series = ?3 AND record.start
              BETWEEN started - ?4 AND min(coalesce(ended, started + ?5), started + ?5) + ?4)
            AND (start < ?6 OR NOT EXISTS (
              SELECT 1 FROM stale WHERE stale.series = ?3 AND level = ?7
              AND stale.start = record.start - record.start % (?7 * 1000000000)))
            """,
          arguments: [
            id, firstRaw, judged, Self.incidentMargin.nanoseconds, Self.incidentSpan.nanoseconds,
            firstRecord, RollUp.Level.fiveMinutes.rawValue,
          ])
        try db.execute(sql: "DELETE FROM judgement WHERE series = ? AND start < ?", arguments: [id, firstRecord])
        try db.execute(sql: "DELETE FROM incident WHERE series = ? AND ended < ?", arguments: [id, firstIncident])
        for window in firstWindows {
          try db.execute(
            sql: """
              DELETE FROM rollup_body
              WHERE id IN (SELECT body FROM rollup WHERE series = ? AND level = ? AND start < ?)
              """,
            arguments: [id, window.level.rawValue, window.start])
          for table in ["rollup", "tally"] {
            try db.execute(
              sql: "DELETE FROM \(table) WHERE series = ? AND level = ? AND start < ?",
              arguments: [id, window.level.rawValue, window.start])
            // What was summed up of days that are gone goes with them.
            if table == "tally", window.level == .day, db.changesCount > 0 {
              try db.execute(
                sql: "DELETE FROM tally WHERE series = ? AND level = ? AND start < ?",
                arguments: [id, Self.tallyBlockLevel, window.start])
              try Self.sumBlock(of: id, holding: WallTime(nanoseconds: window.start), in: db)
            }
          }
        }
      }
    }
    try await write { db in
      try db.execute(sql: "DELETE FROM outbox WHERE created < ?", arguments: [firstRecord])
      try db.execute(sql: "DELETE FROM planned WHERE ended < ?", arguments: [firstIncident])
      // Calls leave a series for each participant.
      let tables = ["record", "judgement", "incident", "tracker", "rollup", "tally", "stale"]
      let unused = tables.map { "NOT EXISTS (SELECT 1 FROM \($0) WHERE \($0).series = series.id)" }
      try db.execute(sql: "DELETE FROM series WHERE \(unused.joined(separator: " AND "))")
    }
  }

  /// The first instant that is kept: so long ago, or as many days ago as have records, whichever is earlier.
  private func firstKept(_ kept: Duration, at now: WallTime) async throws(HistoryError) -> Int64 {
    let days = max(Int(kept.components.seconds / 86_400), 1)
    let firstDay = try await read { db in
      try Int64.fetchOne(db, sql: "SELECT start FROM day ORDER BY start DESC LIMIT 1 OFFSET ?", arguments: [days - 1])
    }
    // There are not so many days yet.
    guard let firstDay else { return .min }
    return min(firstDay, now.advanced(byNanoseconds: -kept.nanoseconds).nanoseconds)
  }
}
