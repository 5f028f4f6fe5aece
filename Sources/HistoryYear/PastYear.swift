import Foundation
import GRDB
import History
import Measurement
import Wire

/// Writes what a year of measuring brings straight into the tables, which measuring it would take a year for: five-minute
/// roll-ups and, of the last days, records.
struct PastYear {
  let paths: SimulatedPaths
  let database: DatabaseQueue
  private let fiveMinutes: [Template]
  private let hours: [Template]
  private let days: [Template]

  /// Opens a database that the monitor has made.
  init(paths: SimulatedPaths, file: String) throws {
    self.paths = paths
    var configuration = Configuration()
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000") }
    database = try DatabaseQueue(path: file, configuration: configuration)
    func merged(_ records: Int) -> [Template] {
      paths.series.indices.map { Template(paths.merged($0, at: .unixEpoch, records: records)) }
    }
    (fiveMinutes, hours, days) = (merged(20), merged(240), merged(1_440))
  }

  /// The numbers of the paths' rows.
  func makeSeries() throws -> [Int64] {
    try database.write { db in
      try paths.series.map { series in
        try db.execute(
          sql: "INSERT INTO series (site, target, route, label, origin) VALUES (?, ?, ?, ?, ?)",
          arguments: [
            series.path.site, series.path.target, series.path.route.rawValue, series.path.label,
            series.origin.description,
          ])
        return db.lastInsertedRowID
      }
    }
  }

  /// Roll-ups of one level, of the day before `end`, as they are when their parts were merged; the history's own code
  /// makes all that follows from them.
  func writeDay(_ level: RollUp.Level, _ rows: [Int64], before end: WallTime) throws {
    let length = level.rawValue
    let count = 86_400 / length
    let records = Int(length / 15)
    let templates = level == .fiveMinutes ? fiveMinutes : level == .hour ? hours : days
    try database.write { db in
      let body = try db.makeStatement(sql: "INSERT INTO rollup_body (body) VALUES (?)")
      let rollUp = try db.makeStatement(
        sql: """
          INSERT INTO rollup (series, level, start, records, loss, jitter, latency, delay_variation, body)
          VALUES (?, ?, ?, ?, 1333, 210000, 31000000, 4200000, ?)
          """)
      let tally = try db.makeStatement(
        sql: """
          INSERT INTO tally (series, level, start, objective, verdict, reason, intervals) VALUES (?, ?, ?, 0, ?, '', ?)
          """)
      let stale = try db.makeStatement(sql: "INSERT OR IGNORE INTO stale (level, start, series) VALUES (3600, ?, ?)")
      let day = try db.makeStatement(sql: "INSERT OR IGNORE INTO day (start) VALUES (?)")
      try day.execute(arguments: [(end + .seconds(-1)).floored(to: .seconds(86_400)).nanoseconds])
      for window in 0..<count {
        let start = end + .seconds(length * (window - count))
        for (path, row) in rows.enumerated() {
          try body.execute(arguments: [templates[path].body(at: start)])
          try rollUp.execute(arguments: [row, length, start.nanoseconds, records, db.lastInsertedRowID])
          let isBad = (Int(window) + path) % 40 == 0
          try tally.execute(arguments: [row, length, start.nanoseconds, "good", isBad ? records - 1 : records])
          if isBad { try tally.execute(arguments: [row, length, start.nanoseconds, "bad", 1]) }
          if level == .fiveMinutes, window % 12 == 0 { try stale.execute(arguments: [start.nanoseconds, row]) }
        }
      }
    }
  }

  /// What the days that were written straight add up to.
  func sumBlocks() throws {
    try database.write { db in
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO tally (series, level, start, objective, verdict, reason, intervals)
          SELECT series, 2764800, start - start % 2764800000000000, objective, verdict, reason, sum(intervals)
          FROM tally WHERE level = 86400 GROUP BY series, start - start % 2764800000000000, objective, verdict, reason
          """)
    }
  }

  /// Records and judgements for so many intervals before `end`; returns how many of each.
  func writeRecords(_ rows: [Int64], intervals: Int, before end: WallTime) throws -> Int {
    try database.write { db in
      for path in paths.series.indices {
        try db.execute(
          sql: "INSERT OR IGNORE INTO source (agent, boot) VALUES (?, 1)", arguments: [paths.series[path].path.site])
      }
    }
    for first in stride(from: 0, to: intervals, by: 200) {
      try database.write { db in
        let record = try db.makeStatement(
          sql: """
            INSERT INTO record (series, source, start, revision, body)
            VALUES (?, (SELECT id FROM source WHERE agent = ? AND boot = 1), ?, 0, ?)
            """)
        let judgement = try db.makeStatement(
          sql: """
            INSERT INTO judgement (series, start, length, verdict, loss, jitter, latency, delay_variation)
            VALUES (?, ?, 15000000000, 'good', 1333, 210000, 31000000, 4200000)
            """)
        let day = try db.makeStatement(sql: "INSERT OR IGNORE INTO day (start) VALUES (?)")
        for interval in first..<min(first + 200, intervals) {
          let start = end + SimulatedPaths.recordLength * (interval - intervals)
          try day.execute(arguments: [start.floored(to: .seconds(86_400)).nanoseconds])
          for (path, row) in rows.enumerated() {
            let body = Data(PathRecordCodec.encode(paths.record(path, at: start)))
            try record.execute(arguments: [row, paths.series[path].path.site, start.nanoseconds, body])
            try judgement.execute(arguments: [row, start.nanoseconds])
          }
        }
      }
    }
    return intervals * rows.count
  }

  /// Of each table, how many rows it has and how many bytes it and its indices take.
  func sizes() throws -> [(name: String, rows: Int, bytes: Int)] {
    try database.read { db in
      try ["rollup_body", "rollup", "tally", "record", "judgement"].map { table in
        let rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
        // Its pages: their bytes are a number of 32 bits there.
        let bytes = try Int.fetchOne(
          db,
          sql: """
            SELECT sum(pageno) * 4096 FROM dbstat WHERE aggregate = TRUE AND name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?)
            """, arguments: [table])
        return (table, rows, bytes ?? 0)
      }
    }
  }

  /// An encoded record whose start can be changed.
  private struct Template {
    private let bytes: Data
    private let place: Int

    init(_ record: PathRecord) {
      func encoded(_ start: WallTime) -> Data {
        var record = record
        record.id.intervalStart = start
        return Data(PathRecordCodec.encode(record))
      }
      let (ones, zeros) = (encoded(WallTime(nanoseconds: -1)), encoded(WallTime(nanoseconds: 0)))
      bytes = zeros
      place = zip(ones, zeros).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
    }

    func body(at start: WallTime) -> Data {
      var bytes = bytes
      withUnsafeBytes(of: start.nanoseconds.bigEndian) { bytes.replaceSubrange(place..<place + 8, with: $0) }
      return bytes
    }
  }
}
