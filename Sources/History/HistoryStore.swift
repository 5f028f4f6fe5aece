import GRDB

/// The monitor's memory: one SQLite file in write-ahead mode, with one writer.
///
/// `synchronous = FULL`: what `commit` returned from survives the process and the power.
public final class HistoryStore: Sendable {
  /// The database's path.
  public let file: String
  /// Held for the lock: nobody else opens the file while this object lives.
  private let folder: DataFolder
  private let database: DatabasePool

  /// Opens `history.sqlite` in `folder`, makes it when it is not there, and brings an older one up to date.
  public init(folder: DataFolder) throws(HistoryError) {
    let file = folder.file("history.sqlite")
    var configuration = Configuration()
    configuration.label = "history"
    configuration.maximumReaderCount = 2
    configuration.busyMode = .timeout(5)
    do {
      let database = try DatabasePool(path: file, configuration: configuration)
      // Must come after opening: turning write-ahead mode on sets NORMAL, which may forget the last commits at a
      // power cut.
      try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      let migrator = Schema.migrator
      if try database.read(migrator.hasBeenSuperseded) { throw HistoryError.newerSchema(file: file) }
      try migrator.migrate(database)
      self.database = database
    } catch {
      throw HistoryError(error, file: file)
    }
    self.file = file
    self.folder = folder
  }

  /// Runs `body` in one transaction on the writer's own thread: all of it is durable when this returns, or none.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(HistoryError) -> Value {
    do {
      // A task of its own: who asked may be cancelled, and still either has it stored or is told that it is not.
      return try await Task { [database] in try await database.write(body) }.value
    } catch {
      throw HistoryError(error, file: file)
    }
  }

  /// Runs `body` on an unchanging view of the last commit.
  func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws(HistoryError) -> Value {
    do {
      return try await database.read(body)
    } catch {
      throw HistoryError(error, file: file)
    }
  }
}
