import Alerting
import Measurement
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
    _ = try await store.write { db in try HistoryStore.insert(entries, at: WallTime(seconds: seconds), in: db) }
  }

  @Test("An entry is pending until it is delivered")
  func delivered() async throws {
    try await insert([entry("a")], at: 7)
    let pending = try await store.pendingEntries(of: "team", limit: 10)
    #expect(pending.map(\.entry) == [entry("a")])
    #expect(pending.map(\.attempts) == [0])
    #expect(pending.map(\.due) == [WallTime(seconds: 7)])
    try await store.markDelivered(pending[0].id, at: WallTime(seconds: 8))
    #expect(try await store.pendingEntries(of: "team", limit: 10) == [])
  }

  @Test("A key is put in once for each channel")
  func keys() async throws {
    try await insert([entry("a"), entry("a"), entry("a", channel: "board")])
    #expect(try await store.pendingEntries(of: "team", limit: 10).count == 1)
    #expect(try await store.pendingEntries(of: "board", limit: 10).count == 1)
  }

  @Test("The resolved of an incident waits behind its firing, in each channel by itself")
  func order() async throws {
    try await insert([
      entry("firing"), entry("firing", channel: "board"), entry("resolved"), entry("resolved", channel: "board"),
    ])
    let team = try await store.pendingEntries(of: "team", limit: 10)
    #expect(team.map(\.entry.key) == ["firing"])
    try await store.postpone(team[0].id, until: WallTime(seconds: 60))
    let board = try await store.pendingEntries(of: "board", limit: 10)
    #expect(board.map(\.entry.key) == ["firing"])
    try await store.markDelivered(board[0].id, at: WallTime(seconds: 1))
    #expect(try await store.pendingEntries(of: "board", limit: 10).map(\.entry.key) == ["resolved"])
    let postponed = try await store.pendingEntries(of: "team", limit: 10)
    #expect(postponed.map(\.entry) == [entry("firing")])
    #expect(postponed[0].attempts == 1)
    #expect(postponed[0].due == WallTime(seconds: 60))
    #expect(try await store.waitingEntries(of: "team") == 2)
    #expect(try await store.waitingEntries(of: "board") == 1)
  }

  @Test("What is due first comes first")
  func due() async throws {
    try await insert([entry("late", topic: "1")], at: 20)
    try await insert([entry("early", topic: "2")], at: 10)
    #expect(try await store.pendingEntries(of: "team", limit: 10).map(\.entry.key) == ["early", "late"])
    #expect(try await store.pendingEntries(of: "team", limit: 1).map(\.entry.key) == ["early"])
  }

  @Test("Past the bound a channel's oldest waiting entries are given up and counted, and no other channel's")
  func bound() async throws {
    try await insert((0..<3).map { entry("\($0)", topic: "\($0)") })
    try await insert([entry("0", channel: "board")])
    let delivered = try await store.pendingEntries(of: "team", limit: 1)
    try await store.markDelivered(delivered[0].id, at: .unixEpoch)
    let more = (3..<9).map { entry("\($0)", topic: "\($0)") }
    let givenUp = try await store.write { db in
      try HistoryStore.insert(more, at: WallTime(seconds: 1), in: db, capacity: 5)
    }
    #expect(givenUp == ["team": 3])
    #expect(try await store.pendingEntries(of: "team", limit: 10).map(\.entry.key) == ["4", "5", "6", "7", "8"])
    #expect(try await store.pendingEntries(of: "board", limit: 10).count == 1)
  }

  func incident(of site: String) throws -> Incident {
    let record = PathRecord(
      id: PathRecord.ID(
        agent: site, boot: 1, path: Path(site: site, target: "hq", route: .direct), origin: .probe(kind: "stamp"),
        intervalStart: .unixEpoch),
      length: .seconds(15), loss: LossCounts(sent: 750, received: 720, forwardLost: 30, reverseLost: 0))
    var tracker = IncidentTracker(rules: IncidentRules(raiseCount: 1, raiseTotal: 1))
    let judgement = try #require(Objective().judge(record, basis: .roundTrip))
    let action = tracker.observe(judgement)
    return try #require(action).incident
  }

  @Test("Past its share a site's own oldest waiting entries are given up, and no other site's")
  func share() async throws {
    let (tsu, ise) = (try incident(of: "tsu"), try incident(of: "ise"))
    let entries = (0..<5).map { entry("tsu-\($0)", topic: tsu.id) }
    let other = entry("ise", topic: ise.id)
    let givenUp = try await store.write { db in
      try HistoryStore.insert([tsu, ise], in: db)
      return try HistoryStore.insert([other] + entries, at: .unixEpoch, in: db, capacity: 5, share: 3)
    }
    #expect(givenUp == ["team": 2])
    #expect(try await store.waitingEntries(of: "team") == 4)
    #expect(try await store.pendingEntries(of: "team", limit: 10).map(\.entry.key) == ["ise", "tsu-2"])
  }
}
