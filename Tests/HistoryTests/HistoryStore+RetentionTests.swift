import Alerting
import GRDB
import Measurement
import Testing
import Wire

@testable import History

@Suite("What is kept, and how long")
struct RetentionTests {
  let temporary: TemporaryFolder
  let store: HistoryStore
  static let day: Int64 = 86_400
  static let series = PathRecord.Series(
    path: Path(site: "tsu", target: "hq", route: .direct), origin: .probe(kind: "stamp"))
  static let forever = WallTime(seconds: -1_000_000_000)..<WallTime(seconds: 9_000_000_000)

  init() throws {
    temporary = try TemporaryFolder()
    store = try HistoryStore(folder: DataFolder(path: temporary.path))
  }

  private func record(_ second: Int64, site: String = "tsu") -> PathRecord {
    PathRecord(
      id: PathRecord.ID(
        agent: site, boot: 1, path: Path(site: site, target: "hq", route: .direct), origin: Self.series.origin,
        intervalStart: WallTime(seconds: second)),
      length: .seconds(15), loss: LossCounts(sent: 750, received: 750))
  }

  private func judged(_ record: PathRecord) throws -> JudgedInterval {
    JudgedInterval(try #require(Objective().judge(record, basis: .roundTrip)), objective: Objective())
  }

  /// A record at noon of each of these days, and its judgement.
  private func measure(_ days: Range<Int64>, site: String = "tsu") async throws {
    var batch = HistoryBatch()
    batch.records = days.map { record($0 * Self.day + Self.day / 2, site: site) }
    batch.judgements = try batch.records.map(judged)
    try await store.commit(batch, at: WallTime(seconds: days.upperBound * Self.day))
  }

  private func recorded(_ series: PathRecord.Series = Self.series) async throws -> [Int64] {
    try await store.records(judgedAs: series, starting: Self.forever).map {
      $0.id.intervalStart.nanoseconds / 1_000_000_000
    }
  }

  private func count(_ table: String) async throws -> Int? {
    try await store.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") }
  }

  private func prune(on day: Int64, _ retention: Retention = Retention()) async throws {
    try await store.prune(at: WallTime(seconds: day * Self.day), keeping: retention)
  }

  @Test("Records and judgements of the last days stay, older ones go")
  func records() async throws {
    try await measure(0..<30)
    try await prune(on: 30)
    let noons = (16..<30).map { Int64($0) * Self.day + Self.day / 2 }
    #expect(try await recorded() == noons)
    #expect(try await store.judgements(limit: 100)[Self.series]?.count == 14)
    try await prune(on: 30, Retention(records: .seconds(2 * Self.day)))
    #expect(try await recorded() == noons.suffix(2))
  }

  @Test("Each level of roll-up stays as long as is said of it")
  func rollUps() async throws {
    try await measure(0..<30)
    try await store.rollUp(at: WallTime(seconds: 31 * Self.day), timeZone: .gmt)
    let retention = Retention(
      records: .seconds(Self.day), fiveMinutes: .seconds(2 * Self.day), hours: .seconds(3 * Self.day),
      days: .seconds(20 * Self.day))
    try await prune(on: 30, retention)
    for (level, kept) in [(RollUp.Level.fiveMinutes, 2), (.hour, 3), (.day, 20)] {
      let left = try await store.rollUps(of: Self.series, level, starting: Self.forever, withRecords: true)
      #expect(left.count == kept)
      #expect(left.allSatisfy { $0.record?.loss.sent == 750 && $0.tallies.map(\.intervals) == [1] })
    }
  }

  @Test("A clock that is years ahead, or a year without a monitor, makes nothing old")
  func clockAhead() async throws {
    try await measure(0..<14)
    try await prune(on: 10_000)
    #expect(try await recorded().count == 14)
    // Each day that is measured by the wrong clock costs one at most.
    try await measure(10_000..<10_003)
    try await prune(on: 10_003)
    #expect(try await recorded().count == 14)
    #expect(try await store.judgements(limit: 100)[Self.series]?.count == 14)
    // It is set right again.
    try await measure(14..<16)
    try await prune(on: 16)
    #expect(try await recorded().count == 16)
  }

  @Test("Records within half an hour of an incident of the path stay as long as it does")
  func incidents() async throws {
    let (start, end) = (5 * Self.day, 5 * Self.day + 3_600)
    let seconds = [start - 1_815, start - 1_800, start, end + 1_800, end + 1_815]
    var tracker = IncidentTracker()
    var incident: Incident?
    for number in 0..<8 where incident == nil {
      var lost = record(start + Int64(number) * 15)
      lost.loss.received = 0
      incident = tracker.observe(try #require(Objective().judge(lost, basis: .roundTrip)))?.incident
    }
    var batch = HistoryBatch()
    batch.records = (seconds + [start]).enumerated().map { record($1, site: $0 < seconds.count ? "tsu" : "ise") }
    var over = try #require(incident)
    over.phase = .resolved
    (over.startedAt, over.resolvedAt) = (WallTime(seconds: start), WallTime(seconds: end))
    batch.incidents = [over]
    try await store.commit(batch, at: WallTime(seconds: end))
    try await measure(6..<500, site: "nabari")

    try await prune(on: 100)
    #expect(try await recorded() == Array(seconds[1...3]))
    #expect(try await recorded(record(0, site: "ise").series) == [])
    #expect(try await store.incidents(limit: 10).count == 1)
    // With the incident go its records, in the next round.
    try await prune(on: 500)
    try await prune(on: 500)
    #expect(try await store.incidents(limit: 10) == [])
    #expect(try await recorded() == [])
  }

  @Test("Of a series that is kept as roll-ups only, records go two hours after they were rolled up")
  func rollUpsOnly() async throws {
    let noon = 5 * Self.day + Self.day / 2
    var batch = HistoryBatch()
    batch.records = [0, 300, 3_600, 7_200].map { record(noon + $0) } + [record(noon, site: "ise")]
    batch.judgements = try batch.records.map(judged)
    try await store.commit(batch, at: WallTime(seconds: noon))
    func prune() async throws {
      let now = WallTime(seconds: noon + 3 * 3_600)
      try await store.prune(at: now, keeping: Retention(), rollUpsOnly: [Self.series])
    }
    // Nothing is rolled up yet.
    try await prune()
    #expect(try await recorded().count == 4)
    try await store.rollUp(at: WallTime(seconds: noon + 3 * 3_600), timeZone: .gmt)
    try await prune()
    #expect(try await recorded() == [noon + 3_600, noon + 7_200])
    #expect(try await recorded(record(0, site: "ise").series) == [noon])
    let hours = try await store.rollUps(of: Self.series, .hour, starting: Self.forever, withRecords: true)
    #expect(hours.first?.record?.loss.sent == 1_500)
    #expect(try await store.judgements(limit: 100)[Self.series]?.count == 4)
  }

  @Test("What was told goes with the records, and a series of which nothing is left goes too")
  func leftovers() async throws {
    var batch = HistoryBatch()
    batch.notifications = [OutboxEntry(key: "k", channel: "team", topic: "t", body: [1])]
    try await store.commit(batch, at: .unixEpoch)
    try await measure(0..<1, site: "ise")
    try await measure(0..<40)
    try await store.rollUp(at: WallTime(seconds: 41 * Self.day), timeZone: .gmt)
    let short = Retention(
      records: .seconds(Self.day), fiveMinutes: .seconds(Self.day), hours: .seconds(Self.day), days: .seconds(Self.day))
    try await prune(on: 40, short)
    #expect(try await store.pendingEntries(of: "team", limit: 10) == [])
    #expect(try await count("series") == 1)
    #expect(try await count("rollup_body") == count("rollup"))
  }
}
