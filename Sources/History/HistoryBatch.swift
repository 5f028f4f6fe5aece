import Alerting
import Measurement
import Wire

/// All that one step of the monitor changes: it is kept together or not at all.
public struct HistoryBatch: Sendable {
  /// Duplicates are ignored, a higher revision replaces.
  public var records: [PathRecord] = []
  /// A second judgement of an interval replaces the first.
  public var judgements: [JudgedInterval] = []
  public var trackers: [StoredTracker] = []
  /// Series that are followed no more: their trackers are forgotten.
  public var abandoned: [PathRecord.Series] = []
  /// New ones, and new states of those that are stored.
  public var incidents: [Incident] = []
  public var notifications: [OutboxEntry] = []

  public init() {}

  public var isEmpty: Bool {
    records.isEmpty && judgements.isEmpty && trackers.isEmpty && abandoned.isEmpty && incidents.isEmpty
      && notifications.isEmpty
  }
}

extension HistoryStore {
  /// Keeps a batch. When this returns it has reached the disk; when it throws, nothing of it has.
  ///
  /// Returns how many notifications of which channels were given up: more than `outboxCapacity` waited, or
  /// `outboxShare` of one site.
  @discardableResult
  public func commit(_ batch: HistoryBatch, at now: WallTime) async throws(HistoryError) -> [String: Int] {
    try await write { db in
      try Self.insert(batch.records, in: db)
      try Self.insert(batch.judgements, in: db)
      try Self.insert(batch.trackers, in: db)
      try Self.deleteTrackers(of: batch.abandoned, in: db)
      try Self.insert(batch.incidents, in: db)
      return try Self.insert(batch.notifications, at: now, in: db)
    }
  }
}
