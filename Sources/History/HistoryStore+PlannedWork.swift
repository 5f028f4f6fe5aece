import Alerting
import Foundation
import GRDB
import Wire

extension HistoryStore {
  /// All that is kept, over or not, by its start.
  public func plannedWorks() async throws(HistoryError) -> [PlannedWork] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT id, body FROM planned ORDER BY start, id").map { row in
        var work = try JSONDecoder().decode(PlannedWork.self, from: row["body"])
        work.id = row["id"]
        return work
      }
    }
  }

  /// Keeps it, and gives it its number.
  public func add(_ work: PlannedWork) async throws(HistoryError) {
    try await write { db in
      try db.execute(
        sql: "INSERT INTO planned (start, ended, body) VALUES (?, ?, ?)",
        arguments: [work.start.nanoseconds, work.end.nanoseconds, JSONEncoder().encode(work)])
    }
  }

  /// Work that has not begun at `now` is forgotten, work that goes on is over; what was over stays.
  public func endPlannedWork(_ id: Int64, at now: WallTime) async throws(HistoryError) {
    try await write { db in
      try db.execute(sql: "DELETE FROM planned WHERE id = ? AND start >= ?", arguments: [id, now.nanoseconds])
      let row = try Row.fetchOne(
        db, sql: "SELECT body FROM planned WHERE id = ? AND ended > ?", arguments: [id, now.nanoseconds])
      guard let row else { return }
      var work = try JSONDecoder().decode(PlannedWork.self, from: row["body"])
      work.end = now
      try db.execute(
        sql: "UPDATE planned SET ended = ?, body = ? WHERE id = ?",
        arguments: [now.nanoseconds, JSONEncoder().encode(work), id])
    }
  }
}
