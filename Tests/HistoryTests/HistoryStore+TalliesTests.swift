import Alerting
import Foundation
import GRDB
import Measurement
import Testing
import Wire

@testable import History

@Suite("Tallies")
struct TalliesTests {
  let temporary: TemporaryFolder
  let store: HistoryStore
  private static let series = PathRecord.Series(
    path: Path(site: "tsu", target: "hq", route: .direct), origin: .probe(kind: "stamp"))
  private static let tokyo = TimeZone(identifier: "Asia/Tokyo") ?? .gmt
  /// A midnight in Japan, in the middle of a block.
  private static let first = WallTime(seconds: 1_795_273_200)

  init() throws {
    temporary = try TemporaryFolder()
    store = try HistoryStore(folder: DataFolder(path: temporary.path))
  }

  private static func day(_ number: Int) -> WallTime { first + .seconds(86_400 * number) }

  /// A record and its verdict for each day, at noon; every tenth is bad.
  private func measure(_ days: Range<Int>, revision: UInt32 = 0, isBad: (Int) -> Bool = { $0 % 10 == 0 }) async throws {
    var batch = HistoryBatch()
    batch.records = days.map { day in
      let lost: UInt64 = isBad(day) ? 30 : 0
      var delays = Distribution()
      for _ in lost..<750 { delays.record(20_000_000) }
      return PathRecord(
        id: PathRecord.ID(
          agent: "tsu", boot: 1, path: Self.series.path, origin: Self.series.origin,
          intervalStart: Self.day(day) + .seconds(43_200), revision: revision),
        length: .seconds(15), loss: LossCounts(sent: 750, received: 750 - lost, forwardLost: lost, reverseLost: 0),
        roundTrip: delays, delayVariation: delays)
    }
    batch.judgements = batch.records.compactMap { record in
      Objective().judge(record, basis: .roundTrip).map { JudgedInterval($0, objective: Objective()) }
    }
    try await store.commit(batch, at: Self.day(days.upperBound))
    try await store.rollUp(at: Self.day(days.upperBound + 1), timeZone: Self.tokyo)
  }

  private func counted(_ days: Range<Int>) async throws -> [Int] {
    let tallies = try await store.tallies(.day, starting: Self.day(days.lowerBound)..<Self.day(days.upperBound))
    let all = tallies[Self.series] ?? []
    return [Verdict.good, .bad].map { verdict in all.filter { $0.verdict == verdict }.reduce(0) { $0 + $1.intervals } }
  }

  @Test("Over any span days and blocks together count every interval once, corrections too")
  func spans() async throws {
    try await measure(0..<150)
    for span in [0..<150, 0..<1, 5..<9, 0..<40, 3..<77, 20..<20, 31..<149, 100..<150, 10..<140] {
      let bad = span.count { $0 % 10 == 0 }
      #expect(try await counted(span) == [span.count - bad, bad], "days \(span)")
    }
    // What was good turns out to be bad, in the middle of a block.
    try await measure(71..<74, revision: 1) { _ in true }
    #expect(try await counted(0..<150) == [132, 18])
    #expect(try await counted(72..<73) == [0, 1])
  }

  @Test("A year is read from a tenth of its days' rows")
  func rows() {
    let year = Self.day(-365)..<Self.first
    let blocks = HistoryStore.blocks(.day, in: year)
    let length = HistoryStore.tallyBlock.nanoseconds
    let whole = (blocks.upperBound.nanoseconds - blocks.lowerBound.nanoseconds) / length
    let days = 365 - 32 * whole
    #expect(whole >= 10 && days < 64)
    #expect(blocks.lowerBound >= year.lowerBound && blocks.upperBound <= year.upperBound)
    // Hours are not in them.
    #expect(HistoryStore.blocks(.hour, in: year).isEmpty)
  }

  @Test("Days that are kept no longer are not counted any more")
  func pruned() async throws {
    try await measure(0..<150)
    try await store.prune(at: Self.day(150), keeping: Retention(days: .seconds(50 * 86_400)))
    let kept = try await store.read { db in
      try Int.fetchOne(db, sql: "SELECT sum(intervals) FROM tally WHERE level = 86400")
    }
    #expect(try await counted(-200..<200).reduce(0, +) == kept)
    let summed = try await store.read { db in
      try Int.fetchOne(db, sql: "SELECT sum(intervals) FROM tally WHERE level = 2764800")
    }
    #expect(summed == kept)
    #expect(try #require(kept) <= 51)
  }
}
