import Alerting
import History
import Measurement
import Wire

extension MonitorService {
  /// How far back roll-ups of a level go; `nil` for intervals as they were judged.
  public func kept(_ level: RollUp.Level?) -> Duration {
    let retention = situation.configuration.retention
    switch level {
    case nil: return retention.records
    case .fiveMinutes: return retention.fiveMinutes
    case .hour: return retention.hours
    case .day: return retention.days
    }
  }

  /// What a series is held to now.
  public func objective(of series: PathRecord.Series) -> Objective {
    situation.rules(of: series).objective
  }

  /// The judged series of a site, and what was measured of each in the windows that begin in `starts`.
  public func judgedSeries(of site: String, limit: Int) async throws(HistoryError) -> [PathRecord.Series] {
    try await history.series(of: site, limit: limit).sorted()
  }

  public func rollUps(
    of series: PathRecord.Series, _ level: RollUp.Level, starting starts: Range<WallTime>
  ) async throws(HistoryError) -> [RollUp] {
    try await history.rollUps(of: series, level, starting: starts)
  }

  public func judgements(
    of series: PathRecord.Series, starting starts: Range<WallTime>
  ) async throws(HistoryError) -> [JudgedInterval] {
    try await history.judgements(of: series, starting: starts)
  }
}
