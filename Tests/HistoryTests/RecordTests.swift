import Measurement
import Testing
import Wire

@testable import History

struct RecordTests {
  let temporary: TemporaryFolder
  let store: HistoryStore

  init() throws {
    temporary = try TemporaryFolder()
    store = try HistoryStore(folder: DataFolder(path: temporary.path))
  }

  func record(
    start: Int64 = 0, revision: UInt32 = 0, boot: UInt64 = .max, site: String = "tsu", sent: UInt64 = 750
  ) -> PathRecord {
    PathRecord(
      id: PathRecord.ID(
        agent: "agent", boot: boot, path: Path(site: site, target: "hq", route: .direct),
        origin: .probe(kind: "stamp"), intervalStart: WallTime(seconds: start), revision: revision),
      length: .seconds(15), loss: LossCounts(sent: sent))
  }

  func stored(site: String = "tsu") async throws -> [PathRecord] {
    try await store.records(
      judgedAs: record(site: site).series, starting: .unixEpoch..<WallTime(seconds: 1_000_000))
  }

  func insert(_ records: [PathRecord]) async throws {
    try await store.write { db in try HistoryStore.insert(records, in: db) }
  }

  @Test("A record that comes twice is stored once")
  func duplicate() async throws {
    try await insert([record(), record()])
    #expect(try await store.news(in: [record()]) == [])
    try await insert([record()])
    #expect(try await stored() == [record()])
  }

  @Test("A higher revision replaces, a lower one does not")
  func revision() async throws {
    try await insert([record(revision: 1, sent: 10)])
    #expect(try await store.news(in: [record(revision: 0), record(revision: 2)]) == [record(revision: 2)])
    try await insert([record(revision: 2, sent: 20)])
    try await insert([record(revision: 1, sent: 10)])
    #expect(try await stored() == [record(revision: 2, sent: 20)])
  }

  @Test("Of one post only the highest revision is news")
  func revisionsInOnePost() async throws {
    let news = try await store.news(in: [record(revision: 3), record(revision: 1), record(start: 15)])
    #expect(news == [record(revision: 3), record(start: 15)])
  }

  @Test("Two runs of an agent in one interval are two records")
  func boots() async throws {
    try await insert([record(boot: 1), record(boot: 2)])
    #expect(try await stored().count == 2)
  }

  @Test("Records are found by series and start, oldest first")
  func query() async throws {
    try await insert([record(start: 30), record(start: 0), record(start: 15), record(site: "ise")])
    let found = try await store.records(
      judgedAs: record().series, starting: WallTime(seconds: 15)..<WallTime(seconds: 45))
    #expect(found == [record(start: 15), record(start: 30)])
    #expect(try await stored(site: "ise") == [record(site: "ise")])
    #expect(try await stored(site: "nabari") == [])
  }
}
