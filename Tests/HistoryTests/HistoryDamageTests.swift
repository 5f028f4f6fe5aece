import Alerting
import Foundation
import GRDB
import Measurement
import Synchronization
import Testing
import Wire

@testable import History

/// Real files, broken as disks break them.
@Suite("A damaged history")
struct HistoryDamageTests {
  let temporary: TemporaryFolder
  private let damages = Damages()

  final class Damages: Sendable {
    private let list = Mutex<[HistoryDamage]>([])
    func note(_ damage: HistoryDamage) { list.withLock { $0.append(damage) } }
    var all: [HistoryDamage] { list.withLock { $0 } }
  }

  init() throws {
    temporary = try TemporaryFolder()
  }

  private var file: String { temporary.path + "/history.sqlite" }

  private func open() throws -> HistoryStore {
    try HistoryStore(folder: DataFolder(path: temporary.path)) { [damages] in damages.note($0) }
  }

  private func entry(_ key: String) -> OutboxEntry {
    OutboxEntry(key: key, channel: "team", topic: key, body: Array(key.utf8))
  }

  private static let series = PathRecord.Series(
    path: Path(site: "tsu", target: "hq", route: .direct), origin: .probe(kind: "stamp"))

  private func record(_ number: Int64) -> PathRecord {
    PathRecord(
      id: PathRecord.ID(
        agent: "tsu", boot: 1, path: Self.series.path, origin: Self.series.origin,
        intervalStart: WallTime(seconds: 15 * number)),
      length: .seconds(15))
  }

  /// Records enough for many pages, a notification that was delivered and one that waits.
  private func fill(_ store: HistoryStore) async throws {
    for first in stride(from: Int64(0), to: 2_000, by: 250) {
      var batch = HistoryBatch()
      batch.records = (first..<first + 250).map(record)
      try await store.commit(batch, at: .unixEpoch)
    }
    var batch = HistoryBatch()
    batch.notifications = [entry("delivered"), entry("waiting")]
    try await store.commit(batch, at: WallTime(seconds: 9))
    let first = try #require(try await store.pendingEntries(of: "team", limit: 1).first)
    try await store.markDelivered(first.id, at: WallTime(seconds: 10))
  }

  private func overwrite(_ offset: UInt64, bytes count: Int) throws {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
    try handle.seek(toOffset: offset)
    try handle.write(contentsOf: Data(repeating: 0x5a, count: count))
    try handle.close()
  }

  @Test("A file that is no database is set aside in one sentence, and a new one begun")
  func header() async throws {
    try await fill(try open())
    try overwrite(0, bytes: 100)
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    let store = try open()
    #expect(
      damages.all.map(\.description) == [
        "\(file) was damaged (file is not a database): it is kept as \(file).damaged-1, and a new one was begun with its "
          + "0 incidents and waiting notifications that could be read. `sqlite3 \(file).damaged-1 .recover` shows what "
          + "else is left in it."
      ])
    #expect(try Data(contentsOf: URL(fileURLWithPath: file + ".damaged-1")) == whole)
    try await store.commit(HistoryBatch(), at: .unixEpoch)
    #expect(try await store.records(judgedAs: Self.series, starting: .unixEpoch..<WallTime(seconds: 99_999)) == [])
  }

  @Test(
    "A damaged page is found when it is read; what waits in the outbox, agents and their jobs go on in the new file")
  func page() async throws {
    try await {
      let store = try open()
      try await fill(store)
      try await store.putSites([("tsu", Array("{}".utf8))])
      for (code, site) in [(UInt8(1), "tsu"), (2, "ise")] {
        try await store.put(StoredEnrolment(code: [code], site: site, expires: WallTime(seconds: 60)))
      }
      _ = try await store.redeem([1], for: [10], at: .unixEpoch, replacedBecause: "")
      _ = try await store.publish([7], at: .unixEpoch) { $0.current = $1 }
    }()
    let size = try Data(contentsOf: URL(fileURLWithPath: file)).count
    try overwrite(UInt64(size / 2 / 4_096 * 4_096), bytes: 4_096)
    let store = try open()
    #expect(damages.all == [])

    await #expect(throws: HistoryError.replaced(file: file)) { try await store.check() }
    let damage = try #require(damages.all.first)
    guard case .replaced(file, file + ".damaged-1", _, 1) = damage else {
      Issue.record("\(damage)")
      return
    }
    #expect(store.generation == 1)
    let pending = try await store.pendingEntries(of: "team", limit: 10)
    #expect(pending.map(\.entry) == [entry("waiting")])
    #expect(try await store.addedSites() == [Array("{}".utf8)])
    #expect(try await store.agents().map(\.key) == [[10]])
    #expect(try await store.enrolments().map(\.site) == ["ise"])
    #expect(try await store.jobSets().map(\.body) == [[7]])
    #expect(try await store.rollout() == StoredRollout(current: 1))
    var batch = HistoryBatch()
    batch.records = [record(0)]
    try await store.commit(batch, at: .unixEpoch)
    #expect(try await store.records(judgedAs: Self.series, starting: .unixEpoch..<WallTime(seconds: 15)).count == 1)
    try await store.check()
    #expect(damages.all.count == 1)
  }

  @Test("Several who come upon the same damage replace the file once")
  func concurrent() async throws {
    try await fill(try open())
    let size = try Data(contentsOf: URL(fileURLWithPath: file)).count
    try overwrite(UInt64(size / 2 / 4_096 * 4_096), bytes: 4_096)
    let store = try open()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { try? await store.check() } }
    }
    try await store.check()
    #expect(store.generation == 1)
    #expect(damages.all.count == 1)
  }

  @Test("A second damaged file does not take the first one's place")
  func twice() async throws {
    for _ in 0..<2 {
      _ = try open()
      try overwrite(0, bytes: 100)
    }
    _ = try open()
    #expect(FileManager.default.fileExists(atPath: file + ".damaged-1"))
    #expect(FileManager.default.fileExists(atPath: file + ".damaged-2"))
  }

  /// What a killed process leaves: the database with its log and index, uncopied.
  private func killed() async throws -> String {
    // Closing copies the log into the database; what follows is in the log alone.
    try await fill(try open())
    let store = try open()
    var batch = HistoryBatch()
    batch.records = (5_000..<5_400).map(record)
    try await store.commit(batch, at: .unixEpoch)
    let copy = temporary.path + "/killed"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    for suffix in ["", "-wal", "-shm"] {
      try FileManager.default.copyItem(atPath: file + suffix, toPath: "\(copy)/history.sqlite\(suffix)")
    }
    return copy
  }

  private func open(in folder: String) throws -> HistoryStore {
    try HistoryStore(folder: DataFolder(path: folder)) { [damages] in damages.note($0) }
  }

  @Test("A log that is whole is no damage")
  func wholeLog() async throws {
    let folder = try await killed()
    let store = try open(in: folder)
    #expect(damages.all == [])
    let stored = try await store.records(
      judgedAs: Self.series, starting: WallTime(seconds: 75_000)..<WallTime(seconds: 99_999))
    #expect(stored.count == 400)
  }

  @Test("A log that was cut, or has a flipped bit, ends earlier: what is missing is told", arguments: [true, false])
  func log(isCut: Bool) async throws {
    let folder = try await killed()
    let log = URL(fileURLWithPath: "\(folder)/history.sqlite-wal")
    var bytes = try Data(contentsOf: log)
    let middle = bytes.count / 2
    if isCut {
      bytes = bytes.prefix(middle)
    } else {
      bytes[middle] ^= 1
    }
    try bytes.write(to: log)
    let store = try open(in: folder)
    guard case .cutLog(_, let missing) = try #require(damages.all.first) else {
      Issue.record("\(damages.all)")
      return
    }
    #expect(missing > 0)
    #expect(damages.all.count == 1)
    // The rest is whole, and goes on.
    try await store.check()
    let kept = try await store.records(judgedAs: Self.series, starting: .unixEpoch..<WallTime(seconds: 30_000))
    #expect(kept.count == 2_000)
  }
}
