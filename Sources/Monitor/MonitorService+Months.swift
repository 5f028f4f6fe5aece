import Foundation
import History

extension MonitorService {
  /// Every site's month, of this one what has passed of it; `nil` for the month that holds this moment.
  public func months(_ month: Month?) async throws(HistoryError) -> [SiteMonth] {
    let configuration = situation.configuration
    let month = month ?? Month(holding: now, in: configuration.timeZone)
    return try await history.months(
      month, at: now, configuration.serviceLevel, timeZone: configuration.timeZone)
  }
}
