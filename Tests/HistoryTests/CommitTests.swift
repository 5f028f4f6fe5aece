import Alerting
import GRDB
import Measurement
import Testing
import Wire

@testable import History

struct CommitTests {
  let temporary: TemporaryFolder
  let store: HistoryStore
  static let series = PathRecord.Series(
    path: Path(site: "tsu", target: "hq", route: .direct), origin: .probe(kind: "stamp"))

  init() throws {
    temporary = try TemporaryFolder()
    store = try HistoryStore(folder: DataFolder(path: temporary.path))
  }

  /// An interval of 15 s in which 4 % of the packets were lost.
  func record(_ number: Int64) -> PathRecord {
    PathRecord(
      id: PathRecord.ID(
        agent: "tsu", boot: 1, path: Self.series.path, origin: Self.series.origin,
        intervalStart: WallTime(seconds: number * 15)),
      length: .seconds(15), loss: LossCounts(sent: 750, received: 720, forwardLost: 30, reverseLost: 0))
  }

  func judgement(_ number: Int64) throws -> Judgement {
    try #require(Objective().judge(record(number), basis: .roundTrip))
  }

  /// Everything that follows from the intervals up to `count`, raised at the sixth.
  func batch(_ count: Int64) throws -> HistoryBatch {
    var batch = HistoryBatch()
    var tracker = IncidentTracker()
    for number in 0..<count {
      batch.records.append(record(number))
      batch.judgements.append(JudgedInterval(try judgement(number), objective: Objective()))
      if let action = tracker.observe(try judgement(number)) {
        batch.incidents.append(action.incident)
        batch.notifications.append(
          OutboxEntry(key: action.incident.id + "-firing", channel: "team", topic: action.incident.id, body: [1]))
      }
    }
    batch.trackers = [StoredTracker(series: Self.series, tracker)]
    return batch
  }

  @Test("A batch reads back as it was committed")
  func commit() async throws {
    let batch = try batch(8)
    try await store.commit(batch, at: WallTime(seconds: 120))
    #expect(
      try await store.records(judgedAs: Self.series, starting: .unixEpoch..<WallTime(seconds: 1_000)) == batch.records)
    #expect(try await store.judgements(limit: 100) == [Self.series: batch.judgements])
    #expect(
      try await store.judgements(limit: 2) == [Self.series: Array(batch.judgements.suffix(2))])
    #expect(try await store.trackers() == batch.trackers)
    #expect(try await store.incidents(limit: 10) == batch.incidents)
    #expect(batch.incidents.count == 1)
    #expect(try await store.pendingEntries(of: "team", limit: 10).map(\.entry) == batch.notifications)
  }

  @Test("A batch that meets a full disk leaves nothing behind, and goes in when there is room")
  func atomic() async throws {
    let batch = try batch(8)
    try await store.write { db in
      // The records fit, what follows does not.
      try db.execute(sql: "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(FAIL, 'no room'); END")
    }
    await #expect(throws: HistoryError.failed(file: store.file, detail: "no room")) {
      try await store.commit(batch, at: .unixEpoch)
    }
    #expect(try await store.news(in: batch.records) == batch.records)
    #expect(try await store.judgements(limit: 100) == [:])
    #expect(try await store.trackers() == [])
    #expect(try await store.incidents(limit: 10) == [])
    try await store.write { db in try db.execute(sql: "DROP TRIGGER full") }
    try await store.commit(batch, at: .unixEpoch)
    #expect(try await store.incidents(limit: 10) == batch.incidents)
  }

  @Test("A commit is not given up because who asked for it is gone")
  func cancelled() async throws {
    let batch = try batch(1)
    let task = Task { [store] in
      withUnsafeCurrentTask { $0?.cancel() }
      try await store.commit(batch, at: .unixEpoch)
    }
    try await task.value
    #expect(try await store.news(in: batch.records) == [])
  }

  @Test("A second judgement of an interval replaces the first")
  func rejudged() async throws {
    var batch = HistoryBatch()
    batch.judgements = [JudgedInterval(try judgement(0), objective: Objective())]
    try await store.commit(batch, at: .unixEpoch)
    batch.judgements[0].verdict = .unknown
    batch.judgements[0].reason = .noRecords
    batch.judgements[0].loss = nil
    try await store.commit(batch, at: .unixEpoch)
    #expect(try await store.judgements(limit: 10) == [Self.series: batch.judgements])
  }

  @Test("A site's calls are read as one series, another path's are not")
  func calls() async throws {
    func call(_ participant: String, site: String = "tsu") -> PathRecord {
      PathRecord(
        id: PathRecord.ID(
          agent: "relay", boot: 1, path: Path(site: site, target: "relay", route: .relay, label: participant),
          origin: .call(.uplink), intervalStart: .unixEpoch), length: .seconds(15))
    }
    var batch = HistoryBatch()
    batch.records = [call("a"), call("b"), call("a", site: "ise"), record(0)]
    try await store.commit(batch, at: .unixEpoch)
    let records = try await store.records(
      judgedAs: call("a").series.judged, starting: .unixEpoch..<WallTime(seconds: 15))
    #expect(records == [call("a"), call("b")])
  }
}
