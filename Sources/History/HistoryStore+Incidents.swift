import Alerting
import Foundation
import GRDB
import Measurement
import Wire

/// An incident tracker, as it is kept.
public struct StoredTracker: Sendable, Equatable {
  public var series: PathRecord.Series
  public var kind: Incident.Kind
  public var state: IncidentTracker.State

  public init(series: PathRecord.Series, _ tracker: IncidentTracker) {
    self.series = series
    kind = tracker.kind
    state = tracker.state
  }

  /// From the columns of `tracker` and of its series.
  init(_ row: Row) throws {
    let kind: String = row["kind"]
    guard let kind = Incident.Kind(rawValue: kind) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a tracker of kind \(kind)")
    }
    let state = try JSONDecoder().decode(IncidentTracker.State.self, from: row["body"])
    self.init(series: try PathRecord.Series(row), IncidentTracker(kind: kind, state: state))
  }
}

extension HistoryStore {
  /// Every tracker, for a restart.
  public func trackers() async throws(HistoryError) -> [StoredTracker] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM tracker JOIN series ON series.id = series").map(StoredTracker.init)
    }
  }

  /// The newest incidents, firing and resolved ones, newest first.
  public func incidents(limit: Int) async throws(HistoryError) -> [Incident] {
    try await read { db in
      let bodies = try Data.fetchAll(
        db, sql: "SELECT body FROM incident ORDER BY started DESC, id LIMIT ?", arguments: [limit])
      return try bodies.map { try JSONDecoder().decode(Incident.self, from: $0) }
    }
  }

  static func insert(_ trackers: [StoredTracker], in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO tracker (series, kind, body) VALUES (?, ?, ?)")
    let encoder = JSONEncoder()
    for each in trackers {
      try statement.execute(arguments: [
        each.series.row(in: db), each.kind.rawValue, try encoder.encode(each.state),
      ])
    }
  }

  static func deleteTrackers(of series: [PathRecord.Series], in db: Database) throws {
    for each in series {
      try db.execute(sql: "DELETE FROM tracker WHERE series = ?", arguments: [each.row(in: db)])
    }
  }

  static func insert(_ incidents: [Incident], in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO incident (id, series, started, ended, body) VALUES (?, ?, ?, ?, ?)")
    for each in incidents {
      try statement.execute(arguments: [
        each.id, each.series.row(in: db), each.startedAt.nanoseconds, each.resolvedAt?.nanoseconds,
        try JSONEncoder().encode(each),
      ])
    }
  }
}
