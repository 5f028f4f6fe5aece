import Alerting
import Foundation
import GRDB
import Wire

extension HistoryStore {
  /// So long after its end a month is closed: what agents kept while they were cut off has come by then.
  static let monthDelay: Duration = .seconds(3 * 86_400)
  /// Of so many days after its end there have to be records, so that no wrong clock closes a month.
  static let daysAfterMonth = 2

  /// Every site's month: those that were closed as they were then, others as they stand at `now`.
  public func months(
    _ month: Month, at now: WallTime, _ level: ServiceLevel, timeZone: TimeZone
  ) async throws(HistoryError) -> [SiteMonth] {
    try await read { db in
      let closed = try Self.closedMonths(month, in: db)
      return try closed.isEmpty ? Self.count(month, until: now, level, timeZone, in: db) : closed
    }
  }

  /// Closes the last months that are over, unless that was done. Returns which.
  @discardableResult
  public func closeMonths(
    at now: WallTime, _ level: ServiceLevel, timeZone: TimeZone
  ) async throws(HistoryError) -> [Month] {
    let last = Month(holding: now, in: timeZone).previous
    var closed: [Month] = []
    // Older ones have no roll-ups of five minutes any more.
    for month in [last.previous, last] {
      let range = month.range(in: timeZone)
      guard now >= range.upperBound + Self.monthDelay else { continue }
      let isClosed = try await write { db in
        let days = try Int.fetchOne(
          db, sql: "SELECT count(*) FROM day WHERE start >= ?", arguments: [range.upperBound.nanoseconds])
        guard try Self.closedMonths(month, in: db).isEmpty, days ?? 0 >= Self.daysAfterMonth else { return false }
        let sites = try Self.count(month, until: range.upperBound, level, timeZone, in: db)
        for var site in sites {
          site.closedAt = now
          try db.execute(
            sql: "INSERT INTO month (month, site, body) VALUES (?, ?, ?)",
            arguments: [month.description, site.site, JSONEncoder().encode(site)])
        }
        return !sites.isEmpty
      }
      if isClosed { closed.append(month) }
    }
    return closed
  }

  private static func closedMonths(_ month: Month, in db: Database) throws -> [SiteMonth] {
    try Data.fetchAll(
      db, sql: "SELECT body FROM month WHERE month = ? ORDER BY site", arguments: [month.description]
    ).map { try JSONDecoder().decode(SiteMonth.self, from: $0) }
  }

  // MARK: Counting

  private static func count(
    _ month: Month, until end: WallTime, _ level: ServiceLevel, _ timeZone: TimeZone, in db: Database
  ) throws -> [SiteMonth] {
    let hours = level.hours.ranges(in: month, timeZone).filter { $0.lowerBound < end }.map {
      $0.clamped(to: .unixEpoch..<end)
    }
    let objectives = try objectives(in: db)
    let sites = try String.fetchAll(db, sql: "SELECT DISTINCT site FROM series ORDER BY site")
    return try sites.compactMap { site in
      var counted = SiteMonth(site: site, month: month.description, level: level)
      var coverage = Coverage()
      var judgedBy: Set<Int64> = []
      for range in hours {
        try count(range, &counted, &coverage, &judgedBy, in: db)
      }
      counted.coverage = coverage.share
      counted.objectives = judgedBy.sorted().compactMap { objectives[$0] }
      let isEmpty = counted.good + counted.bad == 0 && counted.unknown.isEmpty && counted.planned.isEmpty
      return isEmpty ? nil : counted
    }
  }

  /// Adds the windows of five minutes that lie in a day's business hours.
  private static func count(
    _ range: Range<WallTime>, _ month: inout SiteMonth, _ coverage: inout Coverage, _ objectives: inout Set<Int64>,
    in db: Database
  ) throws {
    let length = RollUp.Level.fiveMinutes.rawValue * 1_000_000_000
    let (first, end) = (range.lowerBound.nanoseconds, range.upperBound.nanoseconds)
    var windows = [Coverage.Window](repeating: Coverage.Window(), count: Int((end - first + length - 1) / length))
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          SELECT start, verdict, reason, objective, intervals FROM series JOIN tally ON series = id
          WHERE site = ? AND level = ? AND start >= ? AND start < ?
          """), arguments: [month.site, RollUp.Level.fiveMinutes.rawValue, first, end])
    while let row = try rows.next() {
      let (start, verdict, reason, intervals): (Int64, String, String, Int) = (row[0], row[1], row[2], row[4])
      let place = Int((start - first) / length)
      switch Verdict(rawValue: verdict) {
      case .good:
        month.good += intervals
        windows[place].judged += intervals
      case .bad:
        month.bad += intervals
        windows[place].judged += intervals
      case .unknown:
        month.unknown[reason, default: 0] += intervals
        windows[place].unknown += intervals
      case .planned:
        month.planned[reason, default: 0] += intervals
        windows[place].planned += intervals
      case nil: throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a tally of verdict \(verdict)")
      }
      objectives.insert(row[3])
    }
    coverage.add(windows)
  }

  /// How much of the hours was judged. A window of which nothing is known was not; what is longest judged at once, a
  /// quarter of an hour, counts where it begins.
  struct Coverage {
    struct Window {
      var judged = 0
      var unknown = 0
      var planned = 0

      var count: Int { judged + unknown + planned }
    }

    private var covered: UInt64 = 0
    private var asked: UInt64 = 0

    /// Windows that follow one another.
    mutating func add(_ windows: [Window]) {
      for (place, window) in windows.enumerated() {
        if window.count > 0 {
          covered += UInt64(window.judged * 1_000_000 / window.count)
          asked += UInt64((window.judged + window.unknown) * 1_000_000 / window.count)
        } else if windows[max(0, place - 2)..<place].allSatisfy({ $0.count == 0 }) {
          asked += 1_000_000
        }
      }
    }

    /// Parts per million.
    var share: UInt64 { asked == 0 ? 0 : min(covered * 1_000_000 / asked, 1_000_000) }
  }
}
