import Alerting
import Foundation
import GRDB
import Measurement
import Testing
import Wire

@testable import History

@Suite("Roll-ups")
struct RollUpsTests {
  let temporary: TemporaryFolder
  let store: HistoryStore
  static let series = PathRecord.Series(
    path: Path(site: "tsu", target: "hq", route: .direct), origin: .probe(kind: "stamp"))
  /// Midnight in Japan.
  static let midnight = WallTime(seconds: 1_795_273_200)
  static let always = midnight..<midnight + .seconds(10 * 86_400)
  static let tokyo = TimeZone(identifier: "Asia/Tokyo") ?? .gmt

  init() throws {
    temporary = try TemporaryFolder()
    store = try HistoryStore(folder: DataFolder(path: temporary.path))
  }

  /// The `number`th quarter of a minute after midnight; its packets took `number` ms.
  private func record(_ number: Int, lost: UInt64 = 0, revision: UInt32 = 0) -> PathRecord {
    var delays = Distribution()
    for _ in lost..<750 { delays.record(UInt64(number + 1) * 1_000_000) }
    return PathRecord(
      id: PathRecord.ID(
        agent: "tsu", boot: 1, path: Self.series.path, origin: Self.series.origin,
        intervalStart: Self.midnight + .seconds(15 * number), revision: revision),
      length: .seconds(15), loss: LossCounts(sent: 750, received: 750 - lost, forwardLost: lost, reverseLost: 0),
      roundTrip: delays, delayVariation: delays)
  }

  private func commit(_ records: [PathRecord], objective: Objective = Objective()) async throws {
    var batch = HistoryBatch()
    batch.records = records
    batch.judgements = records.compactMap { record in
      objective.judge(record, basis: .roundTrip).map { JudgedInterval($0, objective: objective) }
    }
    try await store.commit(batch, at: Self.midnight)
  }

  private func rollUp(after hours: Int) async throws {
    try await store.rollUp(at: Self.midnight + .seconds(hours * 3_600 + 120), timeZone: Self.tokyo)
  }

  @Test("A record that cannot be read any more keeps no other from being rolled up")
  func damagedRecord() async throws {
    try await commit((0..<40).map { record($0) })
    try await DatabaseQueue(path: temporary.path + "/history.sqlite").write { db in
      try db.execute(sql: "UPDATE record SET body = x'00' WHERE start = ?", arguments: [Self.midnight.nanoseconds])
    }
    try await rollUp(after: 26)
    let made = try await rollUps(.fiveMinutes)
    #expect(made.map { $0.record?.loss.sent } == [19 * 750, 20 * 750])
    #expect(try await rollUps(.day).count == 1)
  }

  private func rollUps(_ level: RollUp.Level) async throws -> [RollUp] {
    try await store.rollUps(of: Self.series, level, starting: Self.always, withRecords: true)
  }

  @Test("Every level says together what its records say: counts, sums and histograms")
  func merged() async throws {
    // Six hours, sent in another order than they were measured in.
    let records = (0..<1_440).map { record($0, lost: $0 % 7 == 0 ? 3 : 0) }
    try await commit(records.shuffled())
    try await rollUp(after: 26)
    for (level, count) in [(RollUp.Level.fiveMinutes, 72), (.hour, 6), (.day, 1)] {
      let made = try await rollUps(level)
      #expect(made.count == count)
      for each in made {
        let window = level.window(holding: each.start, in: Self.tokyo)
        let parts = records.filter { window.contains($0.id.intervalStart) }
        let whole = try #require(PathRecord.merged(parts))
        #expect(each.record == whole)
        let judgement = try #require(Objective().judge(whole, basis: .roundTrip))
        #expect(each.figures?.loss == judgement[.loss]?.value)
        #expect(each.figures?.jitter == judgement[.jitter]?.value)
        #expect(each.figures?.latency == judgement[.latency]?.value)
        #expect(each.figures?.delayVariation == judgement.delayVariation)
      }
    }
  }

  @Test("A latency is told as it is judged: one way where that is the basis")
  func latencyBasis() async throws {
    let records = (0..<20).map { record($0) }
    try await commit(records)
    try await store.rollUp(
      at: Self.midnight + .seconds(26 * 3_600), timeZone: Self.tokyo, bases: [Self.series.judged: .oneWay])
    let whole = try #require(PathRecord.merged(records))
    let oneWay = try #require(Objective().judge(whole, basis: .oneWay)?[.latency]?.value)
    #expect(oneWay != Objective().judge(whole, basis: .roundTrip)?[.latency]?.value)
    for level in RollUp.Level.allCases {
      #expect(try await rollUps(level).map { $0.figures?.latency } == [oneWay])
    }
  }

  @Test("What is not over yet is not rolled up, and what comes late has everything above it made again")
  func late() async throws {
    try await commit((0..<30).map { record($0) })
    try await rollUp(after: 0)
    #expect(try await rollUps(.fiveMinutes).isEmpty)
    try await store.rollUp(at: Self.midnight + .seconds(360), timeZone: Self.tokyo)
    #expect(try await rollUps(.fiveMinutes).map { $0.record?.loss.sent } == [20 * 750])
    #expect(try await rollUps(.hour).isEmpty)
    try await rollUp(after: 30)
    #expect(try await rollUps(.day).map { $0.record?.loss.sent } == [30 * 750])

    // One more, and a correction.
    try await commit([record(30), record(5, lost: 50, revision: 1)])
    try await rollUp(after: 30)
    for level in RollUp.Level.allCases {
      let all = try await rollUps(level)
      #expect(all.reduce(0) { $0 + ($1.record?.loss.sent ?? 0) } == 31 * 750)
      #expect(all.reduce(0) { $0 + ($1.record?.loss.lost ?? 0) } == 50)
      #expect(all.flatMap(\.tallies).reduce(0) { $0 + $1.intervals } == 31)
    }
    #expect(try await store.rollUp(at: Self.midnight + .seconds(40 * 3_600), timeZone: Self.tokyo) == 0)
  }

  @Test("Intervals are counted by verdict, reason and the objective they were held to")
  func tallies() async throws {
    let strict = Objective(loss: 1_000)
    // 0.4 % is good for the one and bad for the other.
    try await commit((0..<6).map { record($0, lost: 3) })
    try await commit((6..<10).map { record($0, lost: 3) }, objective: strict)
    var silence = HistoryBatch()
    silence.judgements = (10..<13).map { number in
      JudgedInterval(
        Judgement(
          series: Self.series, interval: record(number).interval, verdict: .unknown, reason: .noRecords),
        objective: strict)
    }
    try await store.commit(silence, at: Self.midnight)
    try await rollUp(after: 26)
    let expected: Set = [
      RollUp.Tally(objective: Objective(), verdict: .good, intervals: 6),
      RollUp.Tally(objective: strict, verdict: .bad, intervals: 4),
      RollUp.Tally(objective: strict, verdict: .unknown, reason: .noRecords, intervals: 3),
    ]
    for level in RollUp.Level.allCases {
      #expect(try await rollUps(level).map { Set($0.tallies) } == [expected])
      #expect(try await store.tallies(level, starting: Self.always).mapValues(Set.init) == [Self.series: expected])
    }
  }

  @Test("Planned intervals are counted by the reason of the work, at every level")
  func planned() async throws {
    var batch = HistoryBatch()
    batch.records = (0..<10).map { record($0) }
    batch.judgements = try batch.records.enumerated().map { number, record in
      let judgement = try #require(Objective().judge(record, basis: .roundTrip))
      let planned = number < 3 ? judgement.planned(for: "線路 1") : judgement.planned(for: "noRecords")
      return JudgedInterval(number < 5 ? planned : judgement, objective: Objective())
    }
    try await store.commit(batch, at: Self.midnight)
    #expect(try await store.judgements(of: Self.series, starting: Self.always) == batch.judgements)
    try await rollUp(after: 26)
    let expected: Set = [
      RollUp.Tally(objective: Objective(), verdict: .planned, plannedWork: "線路 1", intervals: 3),
      RollUp.Tally(objective: Objective(), verdict: .planned, plannedWork: "noRecords", intervals: 2),
      RollUp.Tally(objective: Objective(), verdict: .good, intervals: 5),
    ]
    for level in RollUp.Level.allCases { #expect(try await rollUps(level).map { Set($0.tallies) } == [expected]) }
  }

  @Test("A window of which nothing was measured has its intervals counted and no record")
  func silent() async throws {
    var batch = HistoryBatch()
    batch.judgements = [
      JudgedInterval(
        Judgement(series: Self.series, interval: record(0).interval, verdict: .unknown, reason: .noRecords),
        objective: Objective())
    ]
    try await store.commit(batch, at: Self.midnight)
    try await rollUp(after: 1)
    let made = try #require(try await rollUps(.hour).first)
    #expect(made.record == nil)
    #expect(made.tallies.map(\.reason) == [.noRecords])
  }

  @Test("A roll-up is not made again from less than it was made from")
  func outlives() async throws {
    try await commit((0..<20).map { record($0) })
    try await rollUp(after: 26)
    try await store.write { db in try db.execute(sql: "DELETE FROM record; DELETE FROM judgement") }
    try await commit([record(20), record(3, revision: 1)])
    try await rollUp(after: 26)
    #expect(try await rollUps(.fiveMinutes).map { $0.record?.loss.sent } == [20 * 750, 750])
    #expect(try await rollUps(.day).map { $0.record?.loss.sent } == [21 * 750])
    #expect(try await rollUps(.day).map { $0.tallies.map(\.intervals) } == [[21]])
  }

  @Test("A site's calls are rolled up as one, whoever took part")
  func calls() async throws {
    func call(_ participant: String) -> PathRecord {
      var record = record(0)
      record.id.path = Path(site: "tsu", target: "relay", route: .relay, label: participant)
      record.id.origin = .call(.uplink)
      return record
    }
    var batch = HistoryBatch()
    batch.records = [call("a"), call("b")]
    try await store.commit(batch, at: Self.midnight)
    try await rollUp(after: 26)
    for level in RollUp.Level.allCases {
      let made = try await store.rollUps(of: call("").series, level, starting: Self.always, withRecords: true)
      #expect(made.map { $0.record?.loss.sent } == [1_500])
    }
    #expect(try await store.rollUps(of: call("a").series, .hour, starting: Self.always).isEmpty)
  }

  @Test("A record from before 1970, or from the end of time, is kept and harms nothing")
  func absurd() async throws {
    var records = [record(0), record(1), record(2)]
    records[0].id.intervalStart = WallTime(nanoseconds: .min)
    records[1].id.intervalStart = WallTime(nanoseconds: .max)
    try await commit(records)
    try await rollUp(after: 26)
    #expect(try await rollUps(.day).map { $0.record?.loss.sent } == [750])
  }
}
