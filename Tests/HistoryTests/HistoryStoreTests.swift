import Foundation
import GRDB
import Measurement
import Testing
import Wire

@testable import History

struct HistoryStoreTests {
  let temporary: TemporaryFolder

  init() throws {
    temporary = try TemporaryFolder()
  }

  func open() throws -> HistoryStore {
    try HistoryStore(folder: DataFolder(path: temporary.path))
  }

  @Test("Every commit is synced: write-ahead mode with synchronous FULL, on the connection that writes")
  func synchronous() async throws {
    let store = try open()
    let modes = try await store.write { db in
      (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
    }
    #expect(modes.0 == 2)
    #expect(modes.1 == "wal")
  }

  @Test("A database of a newer version is refused in one sentence and left as it is")
  func newer() async throws {
    let file: String
    do {
      let store = try open()
      file = store.file
      try await store.write { db in
        try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('from the future')")
      }
    }
    let error = #expect(throws: HistoryError.self) { _ = try open() }
    #expect(error == .newerSchema(file: file))
    #expect(
      error?.description
        == "\(file) was written by a newer kakehashi: install that version, or name another data folder.")
  }

  @Test("A full disk is called so, and the commit that met it left nothing behind")
  func full() async throws {
    let store = try open()
    // SQLite's own bound on the file's size answers as a full disk does: SQLITE_FULL.
    try await store.write { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
    }
    await #expect(throws: HistoryError.diskFull(file: store.file)) {
      try await store.write { db in
        try HistoryStore.insert(
          [OutboxEntry(key: "k", channel: "c", topic: "t", body: [UInt8](repeating: 0, count: 100_000))],
          at: .unixEpoch, in: db)
      }
    }
    #expect(try await store.pendingEntries(of: "c", limit: 10) == [])
  }

  @Test("A database that cannot be written is called so")
  func readOnly() {
    let error = HistoryError(DatabaseError(resultCode: .SQLITE_READONLY_DBMOVED), file: "/data/history.sqlite")
    #expect(error == .readOnly(file: "/data/history.sqlite"))
  }
}
