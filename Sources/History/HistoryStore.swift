import Dispatch
import GRDB
import Glibc
import Synchronization

/// The monitor's memory: one SQLite file in write-ahead mode, with one writer.
///
/// `synchronous = FULL`: what `commit` returned from survives the process and the power. A file that turns out to be
/// damaged, when it is opened or later, is set aside under another name, and a new one goes on with what must not be
/// forgotten (`Salvage`).
public final class HistoryStore: Sendable {
  /// The database's path.
  public let file: String
  /// Held for the lock: nobody else opens the file while this object lives.
  private let folder: DataFolder
  private let opened: Mutex<Opened>
  private let onDamage: @Sendable (HistoryDamage) -> Void
  /// Where a damaged file is replaced. That waits for those who read, and they need the threads that tasks run on.
  private let replacing = DispatchQueue(label: "history-replacing")

  private struct Opened: Sendable {
    var database: DatabasePool
    var generation = 0
    /// The damaged file was closed, and no other could be opened yet.
    var loss: Loss?
  }

  private struct Loss: Sendable {
    var detail: String
    var salvage: Salvage
    /// What the damaged file is called now; `nil` where it could not be renamed.
    var keptAs: String?
  }

  /// Opens `history.sqlite` in `folder`, makes it when it is not there, and brings an older one up to date.
  ///
  /// - Parameter onDamage: is told of each damage, at once and on any thread.
  public init(
    folder: DataFolder, onDamage: @escaping @Sendable (HistoryDamage) -> Void = { _ in }
  ) throws(HistoryError) {
    let file = folder.file(HistoryFile.name)
    let database: DatabasePool
    do {
      database = try Self.open(file, onDamage)
    } catch .corrupt(_, let detail) {
      guard let name = Self.setAside(file, as: "damaged") else { throw .corrupt(file: file, detail: detail) }
      database = try Self.open(file, onDamage)
      onDamage(.replaced(file: file, keptAs: name, detail: detail, salvaged: 0))
    }
    self.file = file
    self.folder = folder
    self.onDamage = onDamage
    opened = Mutex(Opened(database: database))
  }

  /// How often the file was replaced since it was opened: whoever relies on what was committed compares.
  public var generation: Int { opened.withLock { $0.generation } }

  /// Runs `body` in one transaction on the writer's own thread: all of it is durable when this returns, or none.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(HistoryError) -> Value {
    let opened = try await current()
    do {
      // A task of its own: who asked may be cancelled, and still either has it stored or is told that it is not.
      return try await Task { try await opened.database.write(body) }.value
    } catch {
      throw await replaceIfDamaged(opened, HistoryError(error, file: file))
    }
  }

  /// Runs `body` on an unchanging view of the last commit.
  func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws(HistoryError) -> Value {
    let opened = try await current()
    do {
      return try await opened.database.read(body)
    } catch {
      throw await replaceIfDamaged(opened, HistoryError(error, file: file))
    }
  }

  /// Reads the whole file for damage that nobody has come upon yet.
  public func check() async throws(HistoryError) {
    try await read { db in
      let found = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "ok"
      if found != "ok" { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: found) }
    }
  }

  // MARK: Opening

  private static func open(
    _ file: String, _ onDamage: (HistoryDamage) -> Void
  ) throws(HistoryError) -> DatabasePool {
    var configuration = Configuration()
    configuration.label = "history"
    configuration.maximumReaderCount = 2
    configuration.busyMode = .timeout(5)
    // Before SQLite opens it and makes the index anew.
    let promised = WriteAheadIndex(database: file)?.uncopiedFrames
    do {
      let database = try DatabasePool(path: file, configuration: configuration)
      do {
        let frames = try prepare(database, file)
        if let promised, frames < promised {
          onDamage(.cutLog(file: "\(file)-wal", missingPages: promised - frames))
        }
        return database
      } catch {
        // Before anybody gives the file another name: SQLite deletes the log by the name it had.
        try? database.close()
        throw error
      }
    } catch {
      throw HistoryError(error, file: file)
    }
  }

  /// Brings the database up to date. Returns how many frames its log had.
  private static func prepare(_ database: DatabasePool, _ file: String) throws -> Int {
    let frames: Int = try database.writeWithoutTransaction { db in
      // Must come after opening: turning write-ahead mode on sets NORMAL, which may forget the last commits at a power
      // cut.
      // The log is copied to the database every 32 MiB, not every 4: an interval of all paths touches a page of each,
      // and the more of them fall together the fewer are written.
      // For the same reason 64 MiB of pages are kept at hand, not 2: they would be read again for each interval.
      try db.execute(
        sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8192; PRAGMA cache_size = -65536")
      return try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(PASSIVE)")?["log"] ?? 0
    }
    let migrator = Schema.migrator
    if try database.read(migrator.hasBeenSuperseded) { throw HistoryError.newerSchema(file: file) }
    let applied = try database.read(migrator.appliedMigrations)
    if let last = applied.last, try !database.read(migrator.hasCompletedMigrations) {
      // The state before stays beside it, for who has to go back to the version before.
      let copy = "\(file).schema-\(last)"
      unlink(copy)
      try HistoryFile.copy(database, file, to: copy)
    }
    try migrator.migrate(database)
    return frames
  }

  // MARK: Damage

  private func current() async throws(HistoryError) -> Opened {
    let opened = opened.withLock { $0 }
    guard opened.loss != nil else { return opened }
    return try await onReplacingQueue { () throws(HistoryError) in try self.reopen() }.get()
  }

  /// What to tell the caller: that its file was damaged and is another now, or the error as it was.
  private func replaceIfDamaged(_ used: Opened, _ error: HistoryError) async -> HistoryError {
    guard case .corrupt(_, let detail) = error else { return error }
    let result = await onReplacingQueue { () throws(HistoryError) in try self.replace(used, error, detail) }
    switch result {
    case .success: return .replaced(file: file)
    case .failure(let error): return error
    }
  }

  private func onReplacingQueue<Value: Sendable>(
    _ body: @escaping @Sendable () throws(HistoryError) -> Value
  ) async -> Result<Value, HistoryError> {
    await withCheckedContinuation { continuation in
      replacing.async { continuation.resume(returning: Result(catching: body)) }
    }
  }

  /// Closes the damaged file, sets it aside and opens another. On the queue.
  private func replace(_ used: Opened, _ error: HistoryError, _ detail: String) throws(HistoryError) {
    let current = opened.withLock { $0 }
    // Several can come upon the same damage; the first replaces the file.
    guard current.generation == used.generation, current.loss == nil else { return }
    var loss = Loss(detail: detail, salvage: Salvage(from: current.database))
    opened.withLock { $0.loss = loss }
    // Nobody may have it open when it is renamed: SQLite deletes the log by the name it had.
    guard (try? current.database.close()) != nil else {
      opened.withLock { $0.loss = nil }
      throw error
    }
    loss.keptAs = Self.setAside(file, as: "damaged")
    opened.withLock { [loss] in $0.loss = loss }
    _ = try reopen()
    if loss.keptAs == nil { throw error }
  }

  /// Opens a new file in place of a damaged one, unless that was done, with what was salvaged. On the queue.
  private func reopen() throws(HistoryError) -> Opened {
    var current = opened.withLock { $0 }
    guard let loss = current.loss else { return current }
    let database = try Self.open(file, onDamage)
    if let name = loss.keptAs {
      do {
        try database.write(loss.salvage.insert)
      } catch {
        try? database.close()
        throw HistoryError(error, file: file)
      }
      onDamage(.replaced(file: file, keptAs: name, detail: loss.detail, salvaged: loss.salvage.count))
    }
    current.database = database
    current.generation += 1
    current.loss = nil
    opened.withLock { [current] in $0 = current }
    return current
  }

  /// Gives the database and its log a name nobody has yet; `nil` when the disk does not let it.
  static func setAside(_ file: String, as word: String) -> String? {
    guard let number = (1...1_000).first(where: { access("\(file).\(word)-\($0)", F_OK) != 0 }) else { return nil }
    let name = "\(file).\(word)-\(number)"
    guard rename(file, name) == 0 else { return nil }
    // SQLite finds the log by the database's name, and makes the index anew.
    if access("\(file)-wal", F_OK) == 0, rename("\(file)-wal", "\(name)-wal") != 0 { return nil }
    unlink("\(file)-shm")
    return name
  }
}
