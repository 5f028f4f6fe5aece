import Foundation
import GRDB
import Measurement
import Testing
import Wire

@testable import History

@Suite("Backup, restore and verification")
struct HistoryFileTests {
  let temporary: TemporaryFolder

  init() throws {
    temporary = try TemporaryFolder()
  }

  private static let series = PathRecord.Series(
    path: Path(site: "tsu", target: "hq", route: .direct), origin: .probe(kind: "stamp"))

  private var backup: String { temporary.path + "/backup.sqlite" }
  private var folder: String { temporary.path + "/data" }
  private var other: String { temporary.path + "/other" }

  private func records(_ numbers: Range<Int64>) -> [PathRecord] {
    numbers.map { number in
      PathRecord(
        id: PathRecord.ID(
          agent: "tsu", boot: 1, path: Self.series.path, origin: Self.series.origin,
          intervalStart: WallTime(seconds: 15 * number)),
        length: .seconds(15))
    }
  }

  private func commit(_ numbers: Range<Int64>, to store: HistoryStore) async throws {
    var batch = HistoryBatch()
    batch.records = records(numbers)
    batch.notifications = [OutboxEntry(key: "\(numbers.lowerBound)", channel: "team", topic: "t", body: [1])]
    try await store.commit(batch, at: .unixEpoch)
  }

  private func stored(_ store: HistoryStore) async throws -> [PathRecord] {
    try await store.records(judgedAs: Self.series, starting: .unixEpoch..<WallTime(seconds: 1_000_000))
  }

  @Test("A backup taken while somebody writes is whole, and holds what was committed before it")
  func online() async throws {
    let store = try HistoryStore(folder: DataFolder(path: folder))
    try await commit(0..<500, to: store)
    let writing = Task {
      for number in Int64(0)..<40 { try await commit(500 + number * 10..<510 + number * 10, to: store) }
    }
    try HistoryFile(dataFolder: folder).backUp(to: backup)
    try await writing.value
    let contents = try HistoryFile(path: backup).verify()
    // Of each commit all or nothing.
    #expect(contents.records >= 500 && contents.records % 10 == 0)
    #expect(contents.waitingNotifications == 1 + (contents.records - 500) / 10)
    #expect(try HistoryFile(dataFolder: folder).verify().records == 900)
    // It is one file.
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).sorted() == ["backup.sqlite", "data"])
  }

  @Test("A backup is restored on an empty machine, and agents send what they still hold: all is there once")
  func restored() async throws {
    do {
      let store = try HistoryStore(folder: DataFolder(path: folder))
      try await commit(0..<100, to: store)
      try HistoryFile(dataFolder: folder).backUp(to: backup)
      try await commit(100..<120, to: store)
    }
    do {
      let empty = try DataFolder(path: other)
      #expect(try HistoryFile(path: backup).restore(into: empty) == nil)
    }
    let store = try HistoryStore(folder: DataFolder(path: other))
    #expect(try await stored(store) == records(0..<100))
    #expect(try await store.pendingEntries(of: "team", limit: 10).count == 1)
    let held = records(90..<120)
    #expect(try await store.news(in: held) == records(100..<120))
    var batch = HistoryBatch()
    batch.records = held
    try await store.commit(batch, at: .unixEpoch)
    #expect(try await stored(store) == records(0..<120))
  }

  @Test("What was there before a restore is kept under another name")
  func replaced() async throws {
    do {
      let store = try HistoryStore(folder: DataFolder(path: folder))
      try await commit(0..<10, to: store)
      try HistoryFile(dataFolder: folder).backUp(to: backup)
      try await commit(10..<20, to: store)
    }
    let data = try DataFolder(path: folder)
    let kept = try HistoryFile(path: backup).restore(into: data)
    #expect(kept == folder + "/history.sqlite.replaced-1")
    #expect(try HistoryFile(path: try #require(kept)).verify().records == 20)
    #expect(try HistoryFile(dataFolder: folder).verify().records == 10)
  }

  @Test("A file that is there is not written over, and one that is not there is named")
  func names() throws {
    _ = try HistoryStore(folder: DataFolder(path: folder))
    try Data("mine".utf8).write(to: URL(filePath: backup))
    #expect(throws: HistoryError.exists(file: backup)) { try HistoryFile(dataFolder: folder).backUp(to: backup) }
    #expect(try String(contentsOfFile: backup, encoding: .utf8) == "mine")
    let nowhere = temporary.path + "/nowhere.sqlite"
    #expect(throws: HistoryError.missing(file: nowhere)) { _ = try HistoryFile(path: nowhere).verify() }
    let unwritable = temporary.path + "/no/folder/backup.sqlite"
    #expect(throws: HistoryError.self) { try HistoryFile(dataFolder: folder).backUp(to: unwritable) }
  }

  @Test(
    "What is damaged, no history, or of a newer version is not restored", arguments: ["page", "body", "other", "newer"])
  func refused(what: String) async throws {
    do {
      let store = try HistoryStore(folder: DataFolder(path: folder))
      try await commit(0..<500, to: store)
      switch what {
      case "body":
        try await store.write { db in try db.execute(sql: "UPDATE record SET body = x'00' WHERE id = 7") }
      case "newer":
        try await store.write { db in
          try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('from the future')")
        }
      default: break
      }
      try HistoryFile(dataFolder: folder).backUp(to: backup)
    }
    switch what {
    case "page":
      let file = try FileHandle(forUpdating: URL(filePath: backup))
      try file.seek(toOffset: 4_096 * 20)
      try file.write(contentsOf: Data(repeating: 0x5a, count: 4_096))
    case "other":
      try FileManager.default.removeItem(atPath: backup)
      let database = try DatabaseQueue(path: backup)
      try await database.write { db in try db.execute(sql: "CREATE TABLE mine (id INTEGER)") }
    default: break
    }
    let data = try DataFolder(path: other)
    let error = #expect(throws: HistoryError.self) { _ = try HistoryFile(path: backup).restore(into: data) }
    switch error {
    case .corrupt(backup, _): #expect(what != "newer")
    case .newerSchema(backup): #expect(what == "newer")
    default: Issue.record("\(String(describing: error))")
    }
    #expect(!FileManager.default.fileExists(atPath: other + "/history.sqlite"))
  }

  @Test("An older database is copied before it is brought up to date, and its judgements are rolled up")
  func migration() async throws {
    let file = folder + "/history.sqlite"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    do {
      let old = try DatabasePool(path: file)
      try Schema.migrator.migrate(old, upTo: "1")
      try await old.write { db in
        let series = try Self.series.row(in: db)
        try db.execute(
          sql: "INSERT INTO judgement (series, start, length, verdict) VALUES (?, 0, 15000000000, 'good')",
          arguments: [series])
      }
      try old.close()
    }
    let store = try HistoryStore(folder: DataFolder(path: folder))
    let copy = try DatabaseQueue(path: file + ".schema-1")
    #expect(try await copy.read { db in try db.tableExists("rollup") } == false)
    #expect(try await copy.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM judgement") } == 1)
    try await store.rollUp(at: WallTime(seconds: 86_400), timeZone: .gmt)
    let made = try await store.rollUps(of: Self.series, .hour, starting: .unixEpoch..<WallTime(seconds: 1))
    #expect(made.map(\.tallies) == [[RollUp.Tally(objective: nil, verdict: .good, intervals: 1)]])
  }

  @Test("Only the owner may read a backup, what was restored of it, and the copy made before a migration")
  func modes() async throws {
    func mode(_ file: String) throws -> Int {
      try #require(FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int)
    }
    do {
      let store = try HistoryStore(folder: DataFolder(path: folder))
      try await commit(0..<2, to: store)
    }
    // Where others may read what it lies beside, too.
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder + "/history.sqlite")
    try HistoryFile(dataFolder: folder).backUp(to: backup)
    #expect(try mode(backup) == 0o600)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: backup)
    _ = try HistoryFile(path: backup).restore(into: DataFolder(path: other))
    #expect(try mode(other + "/history.sqlite") == 0o600)
    #expect(try HistoryFile(dataFolder: other).verify().records == 2)
    let old = try DatabaseQueue(path: folder + "/history.sqlite")
    try HistoryFile.copy(old, folder + "/history.sqlite", to: folder + "/copy")
    #expect(try mode(folder + "/copy") == 0o600)
  }

  @Test("A backup into a folder that is not there is a sentence")
  func noFolder() async throws {
    _ = try HistoryStore(folder: DataFolder(path: folder))
    let file = HistoryFile(dataFolder: folder)
    let missing = temporary.path + "/nowhere/backup.sqlite"
    #expect(throws: HistoryError.failed(file: missing, detail: "No such file or directory")) {
      try file.backUp(to: missing)
    }
  }

  @Test("The days of an older database are added up by blocks")
  func blocksOfOlder() async throws {
    let file = folder + "/history.sqlite"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    do {
      let old = try DatabasePool(path: file)
      try Schema.migrator.migrate(old, upTo: "months")
      try await old.write { db in
        let series = try Self.series.row(in: db)
        for day in 20..<100 {
          try db.execute(
            sql: """
              INSERT INTO tally (series, level, start, objective, verdict, reason, intervals)
              VALUES (?, 86400, ?, 0, 'good', '', 100), (?, 86400, ?, 0, 'bad', '', 1), (?, 3600, ?, 0, 'bad', '', 1)
              """,
            arguments: [series, day * 86_400_000_000_000, series, day * 86_400_000_000_000, series, day])
        }
      }
      try old.close()
    }
    let store = try HistoryStore(folder: DataFolder(path: folder))
    #expect(FileManager.default.fileExists(atPath: file + ".schema-months"))
    let blocks = try await store.read { db in
      try Row.fetchAll(
        db,
        sql: "SELECT start / 86400000000000 AS day, verdict, intervals FROM tally WHERE level = 2764800 ORDER BY 1, 2"
      ).map { "\($0["day"] as Int) \($0["verdict"] as String) \($0["intervals"] as Int)" }
    }
    #expect(
      blocks == [
        "0 bad 12", "0 good 1200", "32 bad 32", "32 good 3200", "64 bad 32", "64 good 3200", "96 bad 4", "96 good 400",
      ])
    let counted = try await store.tallies(
      .day, starting: WallTime(seconds: 25 * 86_400)..<WallTime(seconds: 98 * 86_400))
    #expect(counted[Self.series]?.map(\.intervals) == [73, 7_300])
  }
}
