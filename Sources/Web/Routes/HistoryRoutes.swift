import API
import Alerting
import HTTPTypes
import History
import Hummingbird
import Measurement
import Monitor
import Wire

/// What was measured on a site's paths, by intervals or roll-ups.
struct HistoryRoutes {
  let monitor: MonitorService
  /// More paths of one site are left out.
  static let mostPaths = 200

  func add(to table: inout RouteTable) {
    table.get(Paths.history, .operate) { request, _ in
      let query = request.uri.queryParameters
      guard let site = query.get("site"), let from = query.get("from").flatMap(Self.time),
        let to = query.get("to").flatMap(Self.time), from < to
      else {
        throw Refusal.badRequest(
          "A history needs a site, and from and to in seconds since 1970, the one before the other.",
          ja: "site と、1970年からの秒数による from と to（from が先）を指定してください。")
      }
      let resolution = try await resolution(query.get("resolution"), from..<to)
      var paths: [PathHistory] = []
      for series in try await monitor.judgedSeries(of: site, limit: Self.mostPaths) {
        let origin = series.origin.description
        guard query.get("target").map({ $0 == series.path.target }) ?? true,
          query.get("label").map({ $0 == series.path.label }) ?? true, query.get("origin").map({ $0 == origin }) ?? true
        else { continue }
        let points = try await points(of: series, resolution, from..<to)
        guard !points.isEmpty else { continue }
        paths.append(
          PathHistory(
            target: series.path.target, route: series.path.route.rawValue, label: series.path.label, origin: origin,
            limits: QualityLimits(await monitor.objective(of: series)), points: points))
      }
      return try JSONAnswer.response(
        SiteHistory(site: site, from: from.unixSeconds, to: to.unixSeconds, resolution: resolution, paths: paths))
    }
  }

  private static func time(_ text: String) -> WallTime? {
    Double(text).flatMap { abs($0) < 9e9 ? WallTime(nanoseconds: Int64($0 * 1_000) * 1_000_000) : nil }
  }

  /// The finest whose points are not too many and go so far back.
  private func resolution(_ named: String?, _ span: Range<WallTime>) async throws -> HistoryResolution {
    let seconds = span.upperBound.unixSeconds - span.lowerBound.unixSeconds
    if let named {
      guard let resolution = HistoryResolution(rawValue: named),
        seconds / resolution.seconds <= Double(HistoryResolution.mostPoints)
      else {
        let names = HistoryResolution.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal.badRequest(
          "The resolution is one of \(names), and makes no more than \(HistoryResolution.mostPoints) points.",
          ja: "resolution は \(names) のいずれかで、点の数は \(HistoryResolution.mostPoints) までです。")
      }
      return resolution
    }
    let now = await monitor.now
    for resolution in HistoryResolution.allCases
    where seconds / resolution.seconds <= Double(HistoryResolution.comfortablePoints) {
      if span.lowerBound + (await monitor.kept(resolution.level)) >= now { return resolution }
    }
    return .day
  }

  private func points(
    of series: PathRecord.Series, _ resolution: HistoryResolution, _ span: Range<WallTime>
  ) async throws -> [HistoryPoint] {
    guard let level = resolution.level else {
      return try await monitor.judgements(of: series, starting: span).map(HistoryPoint.init)
    }
    return try await monitor.rollUps(of: series, level, starting: span).map(HistoryPoint.init)
  }
}

extension HistoryResolution {
  /// `nil` for intervals as they were judged.
  fileprivate var level: RollUp.Level? {
    switch self {
    case .interval: nil
    case .fiveMinutes: .fiveMinutes
    case .hour: .hour
    case .day: .day
    }
  }
}

extension HistoryPoint {
  fileprivate init(_ judged: JudgedInterval) {
    self.init(
      at: judged.interval.start, loss: judged.loss, jitter: judged.jitter, latency: judged.latency,
      delayVariation: judged.delayVariation)
    count(judged.verdict, judged.reason?.rawValue ?? judged.plannedWork, 1)
  }

  fileprivate init(_ rollUp: RollUp) {
    let figures = rollUp.figures
    self.init(
      at: rollUp.start, loss: figures?.loss, jitter: figures?.jitter, latency: figures?.latency,
      delayVariation: figures?.delayVariation)
    for tally in rollUp.tallies {
      count(tally.verdict, tally.reason?.rawValue ?? tally.plannedWork, tally.intervals)
    }
  }

  /// Of parts per million and nanoseconds.
  private init(at start: WallTime, loss: UInt64?, jitter: UInt64?, latency: UInt64?, delayVariation: UInt64?) {
    func milliseconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds / 1_000) / 1_000 }
    self.init(
      at: start.unixSeconds, lossPercent: loss.map { Double($0) / 10_000 },
      jitterMilliseconds: jitter.map(milliseconds), latencyMilliseconds: latency.map(milliseconds),
      pdvMilliseconds: delayVariation.map(milliseconds))
  }

  private mutating func count(_ verdict: Verdict, _ reason: String?, _ intervals: Int) {
    switch verdict {
    case .good: good += intervals
    case .bad: bad += intervals
    case .unknown: unknown += intervals
    case .planned: planned += intervals
    }
    if let reason { reasons = (reasons ?? [:]).merging([reason: intervals], uniquingKeysWith: +) }
  }
}
