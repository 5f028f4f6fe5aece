import Foundation
import GRDB
import Measurement
import Wire

/// A history as a file: to be copied, read through and put in its place. A monitor may be running on it, but for `restore`.
public struct HistoryFile: Sendable {
  public let path: String

  public init(path: String) {
    self.path = path
  }

  /// The one in a data folder.
  public init(dataFolder: String) {
    path = dataFolder + "/" + Self.name
  }

  static let name = "history.sqlite"

  /// What was found in it.
  public struct Contents: Sendable, Equatable {
    public var records = 0
    public var rollUps = 0
    public var incidents = 0
    /// Notifications that no receiver has taken yet.
    public var waitingNotifications = 0
    /// The start of the earliest and of the latest record; `nil` where there is none.
    public var recorded: ClosedRange<WallTime>?
  }

  // MARK: Backup

  /// Writes a copy of the last commit's state to a new file, which holds everything by itself. Nobody waits meanwhile:
  /// those who write go on, in the write-ahead log.
  public func backUp(to destination: String) throws(HistoryError) {
    guard access(destination, F_OK) != 0 else { throw .exists(file: destination) }
    let source = try open()
    try Self.copy(source, path, to: destination)
  }

  /// Copies a database to `destination`, which is there when all of it is. It holds who met whom and what agents' keys are
  /// known by, so that only its owner may read it from its first byte on.
  static func copy(_ source: some DatabaseReader, _ path: String, to destination: String) throws(HistoryError) {
    let partial = destination + ".partial"
    unlink(partial)
    // SQLite opens the empty file, and gives the files beside it the same mode.
    let descriptor = Glibc.open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let isReadOnly = [EROFS, EACCES, EPERM].contains(errno)
      throw isReadOnly
        ? .readOnly(file: destination) : .failed(file: destination, detail: String(cString: strerror(errno)))
    }
    close(descriptor)
    let copy: DatabaseQueue
    do {
      copy = try DatabaseQueue(path: partial)
    } catch {
      throw HistoryError(error, file: destination)
    }
    do {
      try source.backup(to: copy)
      // One file, without a log beside it: it can be read from where nothing can be written.
      try copy.writeWithoutTransaction { db in _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE") }
      try copy.close()
    } catch {
      try? copy.close()
      unlink(partial)
      let error = HistoryError(error, file: destination)
      if case .corrupt(_, let detail) = error { throw .corrupt(file: path, detail: detail) }
      throw error
    }
    try move(partial, to: destination)
  }

  // MARK: Restore

  /// Puts a copy of this file in the place of a folder's history, which no monitor has open. Returns what the history that
  /// was there is called now.
  public func restore(into folder: DataFolder) throws(HistoryError) -> String? {
    _ = try verify()
    let place = folder.file(Self.name)
    let arriving = place + ".restored"
    unlink(arriving)
    try Self.copy(try open(), path, to: arriving)
    var kept: String?
    if access(place, F_OK) == 0 {
      kept = HistoryStore.setAside(place, as: "replaced")
      guard kept != nil else { throw .failed(file: place, detail: "it cannot be renamed") }
    }
    try Self.move(arriving, to: place)
    return kept
  }

  /// Renames it, and has the folder know that by the disk.
  private static func move(_ file: String, to name: String) throws(HistoryError) {
    guard rename(file, name) == 0 else {
      throw .failed(file: name, detail: String(cString: strerror(errno)))
    }
    let folder = Glibc.open((name as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  // MARK: Verification

  /// Reads all of it: SQLite's own structures, and whether every row says what it is found by. Throws the first damage.
  public func verify() throws(HistoryError) -> Contents {
    let database = try open()
    do {
      return try database.read { db in
        let migrator = Schema.migrator
        if try migrator.hasBeenSuperseded(db) { throw HistoryError.newerSchema(file: path) }
        guard try !migrator.appliedMigrations(db).isEmpty else { throw Self.damage("it is no history of kakehashi") }
        if let found = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)"), found != "ok" {
          throw Self.damage(found)
        }
        if let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
          throw Self.damage("a row of \(row["table"] as String) belongs to none of \(row["parent"] as String)")
        }
        var contents = Contents()
        try Self.verifyRecords(db, &contents)
        if try db.tableExists("rollup_body") { try Self.verifyRollUps(db, &contents) }
        if try db.tableExists("month") { try Self.verifyMonths(db) }
        contents.incidents = try Int.fetchOne(db, sql: "SELECT count(*) FROM incident") ?? 0
        contents.waitingNotifications =
          try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox WHERE delivered IS NULL") ?? 0
        return contents
      }
    } catch {
      throw HistoryError(error, file: path)
    }
  }

  private static func verifyRecords(_ db: Database, _ contents: inout Contents) throws {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT record.id, start, revision, agent, boot, body, site, target, route, label, origin
        FROM record JOIN series ON series.id = series JOIN source ON source.id = source
        """)
    while let row = try rows.next() {
      let record = try decode(row, "record")
      let id = PathRecord.ID(
        agent: row["agent"], boot: UInt64(bitPattern: row["boot"]), path: try PathRecord.Series(row).path,
        origin: record.id.origin, intervalStart: WallTime(nanoseconds: row["start"]), revision: row["revision"])
      guard record.id == id, try record.series == PathRecord.Series(row) else {
        throw damage("record \(row["id"] as Int64) is found as what it is not")
      }
      contents.records += 1
      let (first, last) = (contents.recorded?.lowerBound ?? id.intervalStart, contents.recorded?.upperBound)
      contents.recorded = min(first, id.intervalStart)...max(last ?? id.intervalStart, id.intervalStart)
    }
  }

  private static func verifyRollUps(_ db: Database, _ contents: inout Contents) throws {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT rollup_body.id, rollup_body.body, site, target, route, label, origin
        FROM rollup JOIN series ON series.id = series JOIN rollup_body ON rollup_body.id = rollup.body
        """)
    while let row = try rows.next() {
      guard try decode(row, "roll-up").series == PathRecord.Series(row) else {
        throw damage("roll-up \(row["id"] as Int64) is found as what it is not")
      }
      contents.rollUps += 1
    }
  }

  private static func verifyMonths(_ db: Database) throws {
    let rows = try Row.fetchCursor(db, sql: "SELECT month, site, body FROM month")
    while let row = try rows.next() {
      let (month, site): (String, String) = (row["month"], row["site"])
      guard let body = try? JSONDecoder().decode(SiteMonth.self, from: row["body"]),
        (body.month, body.site) == (month, site)
      else { throw damage("the month \(month) of \(site) is not what it is found by") }
    }
  }

  private static func decode(_ row: Row, _ what: String) throws -> PathRecord {
    do {
      return try PathRecordCodec.decode(row["body"] as Data)
    } catch {
      throw damage("\(what) \(row["id"] as Int64): \(error)")
    }
  }

  private static func damage(_ detail: String) -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: detail)
  }

  /// For reading. Whoever writes at the same time is not in the way.
  private func open() throws(HistoryError) -> DatabaseQueue {
    guard access(path, F_OK) == 0 else { throw .missing(file: path) }
    var configuration = Configuration()
    configuration.label = "history-file"
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    do {
      return try DatabaseQueue(path: path, configuration: configuration)
    } catch {
      throw HistoryError(error, file: path)
    }
  }
}
