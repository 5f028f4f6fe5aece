import Alerting
import Foundation
import GRDB
import Wire

/// What a new database takes over from a damaged one: open incidents, what follows them, what is still to be told, and the
/// sites, agents and jobs that were added. Of each, what can be read. Records and judgements stay in the file that is set aside.
struct Salvage: Sendable {
  private var trackers: [StoredTracker] = []
  private var incidents: [Incident] = []
  private var entries: [(entry: OutboxEntry, created: WallTime)] = []
  private var copies: [Copy] = []

  /// A row as it was.
  private struct Copy: Sendable {
    var table: String
    var columns: [String]
    var values: [DatabaseValue]

    init(_ table: String, _ row: Row) {
      self.table = table
      columns = Array(row.columnNames)
      values = Array(row.databaseValues)
    }
  }

  /// What is referred to comes first.
  private static let copiedTables = ["site", "enrolment", "agent", "job_set", "rollout", "planned", "month"]

  /// Nothing, of a file that cannot even be opened.
  init() {}

  init(from database: DatabasePool) {
    trackers = Self.rows(database, "SELECT * FROM tracker JOIN series ON series.id = series", StoredTracker.init)
    incidents = Self.rows(database, "SELECT body FROM incident") { row in
      try JSONDecoder().decode(Incident.self, from: row["body"])
    }
    entries = Self.rows(database, "SELECT * FROM outbox WHERE delivered IS NULL ORDER BY id") { row in
      (OutboxEntry(row), WallTime(nanoseconds: row["created"]))
    }
    copies = Self.copiedTables.flatMap { table in Self.rows(database, "SELECT * FROM \(table)") { Copy(table, $0) } }
  }

  /// Incidents and notifications, for people.
  var count: Int { incidents.count + entries.count }

  /// Puts it into the new database. Waiting notifications are due at once, whatever was tried before.
  @Sendable func insert(into db: Database) throws {
    try HistoryStore.insert(trackers, in: db)
    try HistoryStore.insert(incidents, in: db)
    for each in entries { try HistoryStore.insert([each.entry], at: each.created, in: db) }
    for copy in copies {
      let places = copy.columns.map { _ in "?" }.joined(separator: ", ")
      // One that refers to what was lost is lost too.
      try? db.execute(
        sql: "INSERT INTO \(copy.table) (\(copy.columns.joined(separator: ", "))) VALUES (\(places))",
        arguments: StatementArguments(copy.values))
    }
  }

  /// Rows up to the damage, without those that make no sense.
  private static func rows<Value>(
    _ database: DatabasePool, _ sql: String, _ value: (Row) throws -> Value
  ) -> [Value] {
    var values: [Value] = []
    try? database.read { db in
      let rows = try Row.fetchCursor(db, sql: sql)
      while let row = try rows.next() {
        if let value = try? value(row) { values.append(value) }
      }
    }
    return values
  }
}
