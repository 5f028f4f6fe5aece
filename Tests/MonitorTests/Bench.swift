import Alerting
import Foundation
import History
import Logging
import Measurement
import Notify
import Synchronization
import Testing
import Wire

@testable import Monitor

/// A monitor on a real database in virtual time, and an agent's records for it.
final class Bench: Sendable {
  /// The start of everything: 2026-11-22 10:30 in Japan, a multiple of every judging interval.
  static let start = WallTime(seconds: 1_795_311_000)
  static let series = PathRecord.Series(
    path: Path(site: "tsu", target: "hq", route: .direct), origin: .probe(kind: "stamp"))

  let temporary: TemporaryFolder
  private let seconds = Mutex<Int64>(0)
  /// How far the wall clock was set from what it was.
  private let shift = Mutex<Int64>(0)

  init() throws {
    temporary = try TemporaryFolder()
  }

  var now: WallTime { clock.wall }

  var clock: ClockReading {
    let passed = seconds.withLock { $0 }
    return ClockReading(
      monotonic: MonotonicTime(nanoseconds: passed * 1_000_000_000),
      wall: Self.start + .seconds(passed + shift.withLock { $0 }))
  }

  var configuration: MonitorConfiguration {
    MonitorConfiguration(
      sites: [
        Site(id: "hq", japaneseName: "県庁", englishName: "Headquarters"),
        Site(id: "tsu", japaneseName: "津地域庁舎", englishName: "Tsu office"),
      ],
      paths: [ExpectedPath(path: Self.series.path, origin: Self.series.origin)])
  }

  /// A monitor on the folder; the one before must be gone. `webhook` is told of everything.
  func monitor(
    folder: String? = nil, webhook: String? = nil, change: (inout MonitorConfiguration) -> Void = { _ in }
  ) async throws -> MonitorService {
    var configuration = configuration
    if let webhook {
      configuration.routing = Routing(channels: [Channel(name: "team", kind: .webhook, url: webhook)])
    }
    change(&configuration)
    return try await MonitorService(
      configuration: configuration, folder: DataFolder(path: folder ?? temporary.path),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: { self.clock })
  }

  func advance(to value: Int64) {
    seconds.withLock { $0 = value }
  }

  /// Sets the wall clock by so many seconds.
  func step(by seconds: Int64) {
    shift.withLock { $0 += seconds }
  }

  /// What an agent measured in interval `number` of 15 s from the start: 750 packets there and back.
  func record(
    _ number: Int64, lost: UInt64 = 0, milliseconds: UInt64 = 20, series: PathRecord.Series = series,
    revision: UInt32 = 0, boot: UInt64 = 1
  ) -> PathRecord {
    var roundTrip = Distribution()
    var variation = Distribution()
    for _ in 0..<(750 - lost) {
      roundTrip.record(milliseconds * 1_000_000)
      variation.record(100_000)
    }
    return PathRecord(
      id: PathRecord.ID(
        agent: series.path.site, boot: boot, path: series.path, origin: series.origin,
        intervalStart: Self.start + .seconds(15 * number), revision: revision),
      length: .seconds(15),
      loss: LossCounts(sent: 750, received: 750 - lost, forwardLost: lost, reverseLost: 0),
      roundTrip: roundTrip, delayVariation: variation)
  }

  /// Lives through intervals: each second a tick, each record handed in 3 s after its interval's end.
  func live(
    _ monitor: MonitorService, _ numbers: Range<Int64>, _ record: (Int64) -> PathRecord?
  ) async throws {
    for number in numbers {
      for second in 0..<15 {
        advance(to: number * 15 + Int64(second))
        if second == 3, number > 0, let record = record(number - 1) { try await monitor.ingest([record]) }
        try await monitor.tick()
        await monitor.deliverDue()
      }
    }
  }
}

extension MonitorService {
  var path: PathState? { get async { snapshot().paths.first } }
}
