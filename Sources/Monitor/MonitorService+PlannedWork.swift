import Alerting
import History
import Wire

extension MonitorService {
  /// So many announced works that are not over can be kept.
  public static let plannedWorksLimit = 1_000

  /// By the monitor's own clock.
  public var now: WallTime { clock().wall }

  /// Announced work that is not over, by its start.
  public func plannedWorks() -> [PlannedWork] {
    let now = now
    return situation.plannedWorks.filter { $0.end > now }
  }

  /// What of the scopes is neither a site nor anything that is measured to: work there would touch nothing.
  public func unknownPlaces(in scopes: [PlannedWork.Scope]) -> [String] {
    let places = situation.places
    return scopes.flatMap { [$0.end, $0.otherEnd].compactMap(\.self) }.filter { !places.contains($0) }
  }

  /// The sites' ids, those of the configuration first.
  public var siteIDs: [String] { situation.configuration.sites.map(\.id) }

  /// Announces work: intervals that are judged from now on count as planned. `false` when there is too much already.
  public func plan(_ work: PlannedWork) async throws(HistoryError) -> Bool {
    guard plannedWorks().count < Self.plannedWorksLimit else { return false }
    try await inTurn { () async throws(HistoryError) in
      try await history.add(work)
      situation.plannedWorks = try await history.plannedWorks()
    }
    return true
  }

  /// Takes an announcement back, or ends work that goes on. `false` when there is none of that number.
  public func endPlannedWork(_ id: Int64) async throws(HistoryError) -> Bool {
    guard plannedWorks().contains(where: { $0.id == id }) else { return false }
    try await inTurn { () async throws(HistoryError) in
      try await history.endPlannedWork(id, at: now)
      situation.plannedWorks = try await history.plannedWorks()
    }
    return true
  }
}
