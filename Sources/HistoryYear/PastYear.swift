import Foundation
import GRDB
import History
import Measurement
import Wire

/// Writes what a year of measuring leaves behind straight into the tables, which measuring it would take a year for.
struct PastYear {
  let paths: SimulatedPaths
  let database: DatabaseQueue

  /// Opens a database that the monitor has made.
  init(paths: SimulatedPaths, file: String) throws {
    self.paths = paths
    var configuration = Configuration()
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000") }
    database = try DatabaseQueue(path: file, configuration: configuration)
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

  /// Roll-ups of one level for so many windows before `end`; returns how many.
  func writeRollUps(_ level: RollUp.Level, _ rows: [Int64], windows: Int, before end: WallTime) throws -> Int {
    let length = Duration.seconds(level.rawValue)
    let records = Int(level.rawValue / 15)
    let templates = paths.series.indices.map { path in
      Template(paths.merged(path, at: end + .seconds(-86_400), records: min(records, 240)))
    }
    for firstWindow in stride(from: 0, to: windows, by: 200) {
      try database.write { db in
        let rollUp = try db.makeStatement(
          sql: """
            INSERT INTO rollup (series, level, start, records, body, loss, jitter, latency, delay_variation)
            VALUES (?, ?, ?, ?, ?, 1333, 210000, 31000000, 4200000)
            """)
        let tally = try db.makeStatement(
          sql: """
            INSERT INTO tally (series, level, start, objective, verdict, reason, intervals) VALUES (?, ?, ?, 0, ?, '', ?)
            """)
        for window in firstWindow..<min(firstWindow + 200, windows) {
          let start = end + length * (window - windows)
          for (path, row) in rows.enumerated() {
            let key: StatementArguments = [row, level.rawValue, start.nanoseconds]
            try rollUp.execute(arguments: key + [records, templates[path].body(at: start)])
            try tally.execute(arguments: key + ["good", records - 1])
            if (window + path) % 40 == 0 { try tally.execute(arguments: key + ["bad", 1]) }
          }
        }
      }
    }
    return windows * rows.count
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
