import Alerting
import Foundation
import GRDB
import History
import Logging
import Measurement
import Monitor
import Synchronization
import Wire

/// The history of a year of 300 paths, made by simulation: what it takes on disk, how fast records go in, how long
/// dashboards wait, and how long backup and restore take. `loadtest/history` runs it; prints, asserts nothing.
///
/// The year goes by day by day: the five-minute roll-ups of a day, as far back as they are kept, are written straight into
/// the tables, and the history itself makes hours and days of them and deletes what is old; of the days before, hours and days
/// are written. Then come some days of records, and then records go
/// through the monitor itself, judged, committed and rolled up, in virtual time.
@main struct HistoryYear {
  let folder: String
  let paths: SimulatedPaths
  let lengths: Lengths
  private let clock = SimulatedClock()

  /// Days of what is written straight into the tables, and hours of what goes through the monitor.
  struct Lengths {
    var days = 365
    var recordDays = 14
    var ingestHours = 2
  }

  final class SimulatedClock: Sendable {
    /// 2026-11-22 00:00 in Japan.
    static let start = WallTime(seconds: 1_795_273_200)
    private let passed = Mutex(Duration.zero)

    var reading: ClockReading {
      let passed = passed.withLock { $0 }
      return ClockReading(monotonic: MonotonicTime(nanoseconds: passed.nanoseconds), wall: Self.start + passed)
    }

    func advance(to time: Duration) { passed.withLock { $0 = time } }
  }

  static func main() async throws {
    let arguments = CommandLine.arguments
    let numbers = arguments.dropFirst(2).compactMap { Int($0) }
    guard arguments.count == 6, numbers.count == 4 else {
      print("usage: HistoryYear EMPTY-FOLDER PATHS DAYS DAYS-OF-RECORDS HOURS-OF-INGEST")
      exit(2)
    }
    let year = HistoryYear(
      folder: arguments[1], paths: SimulatedPaths(count: numbers[0]),
      lengths: Lengths(days: numbers[1], recordDays: numbers[2], ingestHours: numbers[3]))
    try await year.fill()
    for size in [SimulatedPaths.pathsPerAgent, 300] { try await year.ingest(batch: size) }
    try await year.catchUp()
    try await year.ask()
    try await year.backUp()
  }

  private var file: String { folder + "/history.sqlite" }

  // MARK: The past

  private func fill() async throws {
    do { _ = try HistoryStore(folder: DataFolder(path: folder)) }
    let past = try PastYear(paths: paths, file: file)
    let rows = try past.makeSeries()
    let store = try HistoryStore(folder: DataFolder(path: folder))
    var (writing, rollingUp, pruning, slowestDay) = (Duration.zero, Duration.zero, Duration.zero, Duration.zero)
    for day in 1...lengths.days {
      let end = SimulatedClock.start + .seconds(86_400 * (day - lengths.days))
      let watch = ContinuousClock()
      // Of older days nothing finer than hours is left: they are written as they are.
      let isOld = day <= lengths.days - Self.fiveMinuteDays
      writing += try watch.measure {
        if isOld {
          try past.writeDay(.hour, rows, before: end)
          try past.writeDay(.day, rows, before: end)
        } else {
          try past.writeDay(.fiveMinutes, rows, before: end)
        }
      }
      if isOld { continue }
      // Of the last day the monitor itself makes what is due.
      let rolledUp = try await watch.measure {
        try await store.rollUp(at: end + .seconds(120), timeZone: Self.tokyo)
      }
      rollingUp += rolledUp
      slowestDay = max(slowestDay, rolledUp)
      pruning += try await watch.measure { try await store.prune(at: end, keeping: Retention()) }
      if day % 30 == 0 { print("day \(day): \(bytes() >> 20) MiB") }
    }
    try past.sumBlocks()
    print(
      "\(lengths.days) days: writing \(writing), rolling up hours and days \(rollingUp), of that the slowest day "
        + "\(slowestDay), pruning \(pruning)")
    try report(past)
    let size = bytes()
    let (count, took) = try Self.timed {
      try past.writeRecords(rows, intervals: lengths.recordDays * 5_760, before: SimulatedClock.start)
    }
    print("records and judgements, \(lengths.recordDays) days: \(count) in \(took), \((bytes() - size) >> 20) MiB")
    try report(past)
  }

  /// As many as are kept, and a day to be deleted.
  private static let fiveMinuteDays = 63

  private func report(_ past: PastYear) throws {
    for (name, rows, bytes) in try past.sizes() {
      print("\(name): \(rows) rows, \(bytes >> 20) MiB, \(bytes / max(rows, 1)) bytes a row")
    }
  }

  private static let tokyo = TimeZone(identifier: "Asia/Tokyo") ?? .gmt

  private func bytes() -> Int {
    ["", "-wal"].reduce(0) { sum, ending in
      sum + ((try? FileManager.default.attributesOfItem(atPath: file + ending)[.size] as? Int) ?? 0)
    }
  }

  // MARK: Ingest

  private func makeMonitor(in folder: String? = nil) async throws -> MonitorService {
    var configuration = MonitorConfiguration(
      sites: Set(paths.series.map(\.path.site)).sorted().map { Site(id: $0) },
      paths: paths.series.map { ExpectedPath(path: $0.path, origin: $0.origin) })
    configuration.timeZone = Self.tokyo
    return try await MonitorService(
      configuration: configuration, folder: DataFolder(path: folder ?? self.folder),
      logger: Logger(label: "monitor") { _ in SwiftLogNoOpLogHandler() }, clock: { [clock] in clock.reading })
  }

  /// As agents deliver: so many records in a post. Ticks each interval, rolls up each half minute, prunes each hour, as
  /// the running monitor does.
  private func ingest(batch: Int) async throws {
    let begun = clock.reading.wall - SimulatedClock.start
    let monitor = try await makeMonitor()
    var (count, rollingUp, slowest) = (0, Duration.zero, Duration.zero)
    let watch = ContinuousClock()
    let processor = Self.processorTime
    let took = try await watch.measure {
      for interval in 0..<lengths.ingestHours * 240 {
        let start = SimulatedClock.start + begun + SimulatedPaths.recordLength * interval
        clock.advance(to: begun + SimulatedPaths.recordLength * (interval + 1) + .seconds(3))
        let posts = stride(from: 0, to: paths.series.count, by: batch).map { first in
          (first..<min(first + batch, paths.series.count)).map { paths.record($0, at: start) }
        }
        slowest = max(slowest, try await Self.post(posts, to: monitor))
        count += posts.reduce(0) { $0 + $1.count }
        try await monitor.tick()
        if interval % 2 == 0 { rollingUp += try await watch.measure { try await monitor.rollUp(clock.reading.wall) } }
        if interval % 240 == 239 { try await monitor.prune(clock.reading.wall) }
      }
    }
    print(
      "ingest, \(batch) records in a post: \(count) records in \(took), \(Int(Double(count) / (took / .seconds(1)))) a second; "
        + "processor time \(Self.processorTime - processor); of that rolling up \(rollingUp); slowest post \(slowest)")
  }

  /// All agents at once; how long the slowest waited.
  private static func post(_ posts: [[PathRecord]], to monitor: MonitorService) async throws -> Duration {
    try await withThrowingTaskGroup(of: Duration.self) { group in
      for records in posts {
        group.addTask { try await ContinuousClock().measure { try await monitor.ingest(records) } }
      }
      return try await group.reduce(.zero) { max($0, $1) }
    }
  }

  /// An hour's backlog: every agent delivers a quarter of an hour of its paths in a post, one after the other, as agents
  /// do that were cut off.
  private func catchUp() async throws {
    let begun = clock.reading.wall
    clock.advance(to: begun - SimulatedClock.start + .seconds(3_600))
    let monitor = try await makeMonitor()
    let watch = ContinuousClock()
    let processor = Self.processorTime
    var rollingUp = Duration.zero
    let took = try await watch.measure {
      try await deliver(240, from: begun, to: monitor)
      try await monitor.tick()
      rollingUp = try await watch.measure { try await monitor.rollUp(clock.reading.wall) }
    }
    let count = paths.series.count * 240
    print(
      "ingest of an hour's backlog: \(count) records in \(took), \(Int(Double(count) / (took / .seconds(1)))) a second; "
        + "processor time \(Self.processorTime - processor); of that rolling up \(rollingUp)")
  }

  /// Every agent posts so many intervals of its paths, 60 in a post, one after the other.
  private func deliver(_ intervals: Int, from start: WallTime, to monitor: MonitorService) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for first in stride(from: 0, to: paths.series.count, by: SimulatedPaths.pathsPerAgent) {
        group.addTask {
          for post in stride(from: 0, to: intervals, by: 60) {
            let records = (post..<min(post + 60, intervals)).flatMap { interval in
              (first..<min(first + SimulatedPaths.pathsPerAgent, paths.series.count)).map {
                paths.record($0, at: start + SimulatedPaths.recordLength * interval)
              }
            }
            try await monitor.ingest(records)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  // MARK: Queries

  private func ask() async throws {
    let store = try HistoryStore(folder: DataFolder(path: folder))
    let now = clock.reading.wall
    func last(_ days: Double) -> Range<WallTime> { now + .seconds(-86_400 * days)..<now }
    var random = SplitMix64(seed: 2)
    func measure(_ what: String, _ body: (PathRecord.Series) async throws -> Int) async throws {
      var times: [Duration] = []
      var count = 0
      for _ in 0..<200 {
        let series = paths.series[Int.random(in: 0..<paths.series.count, using: &random)]
        times.append(try await ContinuousClock().measure { count = try await body(series) })
      }
      times.sort()
      print("query, \(what): median \(times[100]), 95th percentile \(times[190]), of \(count)")
    }
    try await measure("a path's last hour, interval by interval") {
      try await store.judgements(of: $0, starting: last(1 / 24)).count
    }
    try await measure("a path's last day, interval by interval") {
      try await store.judgements(of: $0, starting: last(1)).count
    }
    try await measure("a path's last day by 5 min") {
      try await store.rollUps(of: $0, .fiveMinutes, starting: last(1)).count
    }
    try await measure("a path's last week by hours") { try await store.rollUps(of: $0, .hour, starting: last(7)).count }
    try await measure("a path's last month by hours") {
      try await store.rollUps(of: $0, .hour, starting: last(31)).count
    }
    try await measure("a path's last year by days") { try await store.rollUps(of: $0, .day, starting: last(365)).count }
    try await measure("every path's level of the last day") { _ in
      try await store.tallies(.hour, starting: last(1)).count
    }
    try await measure("every path's level of the last month") { _ in
      try await store.tallies(.day, starting: last(31)).count
    }
    try await measure("every path's level of the last year") { _ in
      try await store.tallies(.day, starting: last(365)).count
    }
    try await measure("the newest 100 incidents") { _ in try await store.incidents(limit: 100).count }
    let restart = try await ContinuousClock().measure { _ = try await store.judgements(limit: 60) }
    print("the newest 60 intervals of every path, at a start: \(restart)")
  }

  // MARK: Backup

  private func backUp() async throws {
    let (backup, elsewhere) = (folder + "/backup.sqlite", folder + "/elsewhere")
    print("database: \(bytes() >> 20) MiB")
    print("backup: \(try Self.timed { try HistoryFile(dataFolder: folder).backUp(to: backup) }.1)")
    let (contents, took) = try Self.timed { try HistoryFile(path: backup).verify() }
    print("verify: \(took); \(contents.records) records, \(contents.rollUps) roll-ups")
    // The machine that had it is gone, and so is what it took on this disk.
    for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + ending) }
    let restore = try Self.timed { _ = try HistoryFile(path: backup).restore(into: DataFolder(path: elsewhere)) }.1
    print("restore onto an empty machine, verified first: \(restore)")
    // Agents send what they kept: the hour before the backup, which is there, and the hour after it.
    let file = elsewhere + "/history.sqlite"
    let before = try count(file)
    clock.advance(to: clock.reading.wall - SimulatedClock.start + .seconds(3_600))
    let again = clock.reading.wall + .seconds(-7_200)
    let delivered = try await ContinuousClock().measure {
      try await deliver(480, from: again, to: try await makeMonitor(in: elsewhere))
    }
    print(
      "agents deliver \(paths.series.count * 480) records of two hours, \(try count(file) - before) of them new: \(delivered)"
    )
  }

  private func count(_ file: String) throws -> Int {
    try DatabaseQueue(path: file).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM record") ?? 0 }
  }

  /// What all threads have used: it is the same on a busy machine.
  private static var processorTime: Duration {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
    return .seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + .microseconds(microseconds)
  }

  private static func timed<Value>(_ body: () throws -> Value) rethrows -> (Value, Duration) {
    let begun = ContinuousClock.now
    let value = try body()
    return (value, ContinuousClock.now - begun)
  }
}
