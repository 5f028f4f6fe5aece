import Alerting
import Foundation
import GRDB
import Measurement
import Testing
import Wire

@testable import History

@Suite("Months, open and closed")
struct MonthsTests {
  let temporary: TemporaryFolder
  let store: HistoryStore
  static let tokyo = TimeZone(identifier: "Asia/Tokyo") ?? .gmt
  /// Monday, 2026-11-02 at 8:30 in Japan.
  static let opening = WallTime(seconds: 1_793_575_800)
  static let november = Month(holding: opening, in: tokyo)
  /// 2026-12-03 at 0:00 in Japan.
  static let third = WallTime(seconds: 1_796_223_600)
  /// One day counts, the 2nd.
  static let level = ServiceLevel(
    hours: BusinessHours(holidays: Set((3...30).map { "2026-11-\($0 < 10 ? "0" : "")\($0)" })))

  init() throws {
    temporary = try TemporaryFolder()
    store = try HistoryStore(folder: DataFolder(path: temporary.path))
  }

  /// Intervals of so many seconds, from so many seconds after the opening on.
  private func judge(
    _ verdict: Verdict, _ range: Range<Int64>, length: Int64 = 300, site: String = "tsu", label: String = "",
    objective: Objective = Objective(), reason: UnknownReason? = nil, work: String? = nil
  ) async throws {
    let series = PathRecord.Series(
      path: Path(site: site, target: "hq", route: .direct, label: label), origin: .probe(kind: "stamp"))
    var batch = HistoryBatch()
    batch.judgements = stride(from: range.lowerBound, to: range.upperBound, by: Int(length)).map { second in
      var judgement = Judgement(
        series: series,
        interval: PathRecord.Interval(start: Self.opening + .seconds(second), length: .seconds(length)),
        verdict: verdict, reason: reason)
      judgement.plannedWork = work
      return JudgedInterval(judgement, objective: objective)
    }
    try await store.commit(batch, at: Self.opening)
    try await store.rollUp(at: Self.opening + .seconds(90_000), timeZone: Self.tokyo)
  }

  /// Records of these days (of UTC) were stored.
  private func measured(_ days: [String]) async throws {
    try await store.write { db in
      for day in days {
        try db.execute(sql: "INSERT OR IGNORE INTO day (start) VALUES (unixepoch(?) * 1000000000)", arguments: [day])
      }
    }
  }

  private func months(
    at now: WallTime = Self.opening + .seconds(40 * 86_400), _ level: ServiceLevel = Self.level
  ) async throws -> [SiteMonth] {
    try await store.months(Self.november, at: now, level, timeZone: Self.tokyo)
  }

  @Test("Intervals in business hours are counted by site, verdict and reason; others are not")
  func counted() async throws {
    // 8:30 to 17:15 are 31,500 s.
    try await judge(.good, 0..<30_000)
    try await judge(.bad, 30_000..<30_600)
    try await judge(.unknown, 30_600..<30_900, reason: .noRecords)
    try await judge(.planned, 30_900..<31_500, work: "line work")
    try await judge(.bad, -600..<0)
    try await judge(.bad, 31_500..<33_000)
    try await judge(.good, 0..<600, length: 15, site: "ise")
    let all = try await months()
    #expect(all.map(\.site) == ["ise", "tsu"])
    let tsu = try #require(all.last)
    #expect((tsu.good, tsu.bad) == (100, 2))
    #expect(tsu.unknown == ["noRecords": 1])
    #expect(tsu.planned == ["line work": 2])
    #expect(tsu.objectives == [Objective()])
    // 102 of 103 windows that were asked for.
    #expect(tsu.coverage == 990_291)
    #expect(tsu.verdict == .missed)
    // Ten minutes of a day.
    let ise = try #require(all.first)
    #expect(ise.good == 40)
    #expect(ise.verdict == .notAssessable)
  }

  @Test("An interval of a quarter of an hour covers the windows it lasts")
  func longIntervals() async throws {
    try await judge(.good, 0..<31_500, length: 900)
    #expect(try await months().first?.coverage == 1_000_000)
    #expect(try await months().first?.verdict == .met)
    // A second path adds to what is known, a hole in it takes nothing away.
    try await judge(.good, 0..<300, label: "video")
    #expect(try await months().first?.coverage == 1_000_000)
  }

  @Test("Of the month that goes on, what has passed is counted")
  func goesOn() async throws {
    try await judge(.good, 0..<9_000)
    let now = Self.opening + .seconds(9_000)
    #expect(try await months(at: now).first?.coverage == 1_000_000)
    #expect(try await months(at: now).first?.closedAt == nil)
    #expect(try await months().first?.verdict == .notAssessable)
  }

  @Test("A closed month stays as it is, whatever is configured, recorded or deleted later")
  func frozen() async throws {
    try await judge(.good, 0..<31_500)
    let strict = Objective(loss: 1_000)
    try await judge(.bad, 31_200..<31_500, label: "video", objective: strict)
    try await measured(["2026-11-02", "2026-12-01", "2026-12-02"])
    #expect(try await store.closeMonths(at: Self.third, Self.level, timeZone: Self.tokyo) == [])
    let fourth = Self.third + .seconds(86_400)
    #expect(try await store.closeMonths(at: fourth, Self.level, timeZone: Self.tokyo) == [Self.november])
    let closed = try await months()
    #expect(closed.map(\.closedAt) == [fourth])
    #expect(closed.map(\.verdict) == [.met])
    #expect(closed.map(\.objectives) == [[Objective(), strict]])
    #expect(closed.map(\.level) == [Self.level])

    // Another target, other hours, another objective; late intervals; and the roll-ups go.
    let other = ServiceLevel(target: 1_000_000, hours: BusinessHours(weekdays: Set(1...7), opening: 0, closing: 1_440))
    try await judge(.bad, 0..<31_500, label: "late", objective: strict)
    #expect(try await months(at: fourth, other) == closed)
    #expect(try await store.closeMonths(at: fourth + .seconds(86_400), other, timeZone: Self.tokyo) == [])
    try await store.write { db in try db.execute(sql: "DELETE FROM tally; DELETE FROM judgement") }
    #expect(try await months(at: fourth + .seconds(365 * 86_400), other) == closed)
    let file = HistoryFile(dataFolder: temporary.path)
    _ = try file.verify()
    try await store.write { db in try db.execute(sql: "UPDATE month SET body = X'7B7D'") }
    #expect(throws: HistoryError.self) { try file.verify() }
  }

  @Test("A clock that is far ahead closes nothing: two days must have been measured after the month's end")
  func clockAhead() async throws {
    try await judge(.good, 0..<31_500)
    try await measured(["2026-11-02", "2026-12-04"])
    let ahead = Self.third + .seconds(20 * 86_400)
    #expect(try await store.closeMonths(at: ahead, Self.level, timeZone: Self.tokyo) == [])
    try await measured(["2026-12-05"])
    #expect(try await store.closeMonths(at: ahead, Self.level, timeZone: Self.tokyo) == [Self.november])
  }
}
