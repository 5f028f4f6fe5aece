import API
import Measurement
import Testing
import Wire

@testable import Web

@Suite struct HistoryRoutesTests {
  /// The monitor's clock, see `TestMonitor`.
  private static let now = 1_800_000_000.0

  private func record(_ number: Int64, lost: UInt64) -> PathRecord {
    var delays = Distribution()
    for _ in lost..<750 { delays.record(20_000_000) }
    return PathRecord(
      id: PathRecord.ID(
        agent: "tsu", boot: 1, path: TestMonitor.path, origin: .probe(kind: "stamp"),
        intervalStart: WallTime(seconds: 1_799_996_400 + 15 * number)),
      length: .seconds(15), loss: LossCounts(sent: 750, received: 750 - lost, forwardLost: lost, reverseLost: 0),
      roundTrip: delays, delayVariation: delays)
  }

  @Test("A history is of intervals, or of the roll-ups that fit its span")
  func levels() async throws {
    let monitor = try await TestMonitor()
    // An hour before now, 40 intervals, and two that more may come of; every tenth is bad.
    try await monitor.service.ingest((0..<42).map { record($0, lost: $0 % 10 == 0 ? 75 : 0) })
    try await monitor.service.tick()
    try await monitor.service.rollUp(WallTime(seconds: Int64(Self.now)))
    try await TestServer.run(monitor: monitor.service) { server async throws in
      func history(_ seconds: Int, _ more: String = "") async throws -> SiteHistory {
        let from = Int(Self.now) - seconds
        let answer = try await server.fetch("GET", "\(Paths.history)?site=tsu&from=\(from)&to=\(Int(Self.now))\(more)")
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.json(SiteHistory.self)
      }
      let hour = try await history(7_200)
      #expect(hour.resolution == .interval)
      let path = try #require(hour.paths.first)
      #expect((path.target, path.origin) == ("hq", "probe stamp"))
      #expect(path.limits.lossPercent == 1)
      #expect(path.points.prefix(40).map(\.bad) == (0..<40).map { $0 % 10 == 0 ? 1 : 0 })
      #expect(path.points[0].lossPercent == 10)
      #expect(path.points[1].latencyMilliseconds == 20)

      let day = try await history(86_400)
      #expect(day.resolution == .fiveMinutes)
      let points = try #require(day.paths.first?.points)
      #expect(points.prefix(2).map(\.good) == [18, 18])
      #expect(points.prefix(2).map(\.bad) == [2, 2])
      #expect(points[0].lossPercent == 1)
      #expect(try await history(7 * 86_400).resolution == .hour)
      #expect(try await history(365 * 86_400).resolution == .day)
      #expect(try await history(3_600, "&resolution=hour").resolution == .hour)

      #expect(try await history(86_400, "&target=relay").paths == [])
      #expect(try await history(86_400, "&target=hq&origin=probe%20stamp&label=").paths.count == 1)
    }
  }

  @Test(
    "What makes no sense, or too many points, is refused in a sentence",
    arguments: [
      "", "?site=tsu", "?site=tsu&from=5&to=5", "?site=tsu&from=x&to=5", "?site=tsu&from=0&to=1e99",
      "?site=tsu&from=0&to=100&resolution=minute", "?site=tsu&from=0&to=1000000&resolution=interval",
    ])
  func refused(query: String) async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service) { server async throws in
      let answer = try await server.fetch("GET", Paths.history + query)
      #expect(answer.status == 400 && answer.errorCode == .badRequest)
    }
  }
}
