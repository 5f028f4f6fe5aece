import Testing
import Wire

@testable import History

struct OutboxTests {
  let temporary: TemporaryFolder
  let store: HistoryStore

  init() throws {
    temporary = try TemporaryFolder()
    store = try HistoryStore(folder: DataFolder(path: temporary.path))
  }

  func entry(_ key: String, channel: String = "team", topic: String = "incident") -> OutboxEntry {
    OutboxEntry(key: key, channel: channel, topic: topic, body: Array(key.utf8))
  }

  func insert(_ entries: [OutboxEntry], at seconds: Int64 = 0) async throws {
    try await store.write { db in try HistoryStore.insert(entries, at: WallTime(seconds: seconds), in: db) }
  }

  @Test("An entry is pending until it is delivered")
  func delivered() async throws {
    try await insert([entry("a")], at: 7)
    let pending = try await store.pendingEntries(limit: 10)
    #expect(pending.map(\.entry) == [entry("a")])
    #expect(pending.map(\.attempts) == [0])
    #expect(pending.map(\.due) == [WallTime(seconds: 7)])
    try await store.markDelivered(pending[0].id, at: WallTime(seconds: 8))
    #expect(try await store.pendingEntries(limit: 10) == [])
  }

  @Test("A key is put in once for each channel")
  func keys() async throws {
    try await insert([entry("a"), entry("a"), entry("a", channel: "board")])
    #expect(try await store.pendingEntries(limit: 10).count == 2)
  }

  @Test("The resolved of an incident waits behind its firing, in each channel by itself")
  func order() async throws {
    try await insert([
      entry("firing"), entry("firing", channel: "board"), entry("resolved"), entry("resolved", channel: "board"),
    ])
    let first = try await store.pendingEntries(limit: 10)
    #expect(first.map(\.entry.key) == ["firing", "firing"])
    try await store.postpone(first[0].id, until: WallTime(seconds: 60))
    try await store.markDelivered(first[1].id, at: WallTime(seconds: 1))
    let second = try await store.pendingEntries(limit: 10)
    #expect(second.map(\.entry) == [entry("resolved", channel: "board"), entry("firing")])
    #expect(second.map(\.attempts) == [0, 1])
    #expect(second[1].due == WallTime(seconds: 60))
  }

  @Test("What is due first comes first")
  func due() async throws {
    try await insert([entry("late", topic: "1")], at: 20)
    try await insert([entry("early", topic: "2")], at: 10)
    #expect(try await store.pendingEntries(limit: 10).map(\.entry.key) == ["early", "late"])
    #expect(try await store.pendingEntries(limit: 1).map(\.entry.key) == ["early"])
  }
}
