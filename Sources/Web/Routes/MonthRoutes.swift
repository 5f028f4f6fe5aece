import API
import Foundation
import HTTPTypes
import History
import Hummingbird
import Monitor

/// What became of each site's months.
struct MonthRoutes {
  let monitor: MonitorService

  func add(to table: inout RouteTable) {
    table.get(Paths.months, .operate) { request, _ in
      let text = request.uri.queryParameters.get("month")
      let month = text.flatMap { Month($0) }
      guard text == nil || month != nil else {
        throw Refusal.badRequest("The month is written like 2026-11.", ja: "month は 2026-11 の形で指定します。")
      }
      return try JSONAnswer.response(try await monitor.months(month).map(SiteMonthBody.init))
    }
  }
}

extension SiteMonthBody {
  init(_ month: SiteMonth) {
    func percent(_ partsPerMillion: UInt64) -> Double { Double(partsPerMillion) / 10_000 }
    func time(_ minutes: Int) -> String {
      [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
    let hours = month.level.hours
    self.init(
      site: month.site, month: month.month, verdict: month.verdict.rawValue,
      levelPercent: month.levelReached.map(percent), targetPercent: percent(month.level.target),
      coveragePercent: percent(month.coverage), good: month.good, bad: month.bad, unknown: month.unknown,
      planned: month.planned, limits: month.objectives.map { QualityLimits($0) },
      hours: "\(time(hours.opening))-\(time(hours.closing))", weekdays: hours.weekdays.sorted(),
      holidays: hours.holidays.sorted(), closedAt: month.closedAt?.unixSeconds)
  }
}
