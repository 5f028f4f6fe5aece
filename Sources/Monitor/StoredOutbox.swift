import History
import Notify
import Wire

/// The notifier's outbox in the history.
struct StoredOutbox: Outbox {
  let history: HistoryStore

  func pending(_ channel: String, limit: Int) async throws -> [OutboxItem] {
    try await history.pendingEntries(of: channel, limit: limit).map {
      OutboxItem(id: $0.id, key: $0.entry.key, body: $0.entry.body, attempts: $0.attempts, due: $0.due)
    }
  }

  func waiting(_ channel: String) async throws -> Int {
    try await history.waitingEntries(of: channel)
  }

  func delivered(_ id: Int64, at now: WallTime) async throws {
    try await history.markDelivered(id, at: now)
  }

  func postpone(_ id: Int64, until due: WallTime) async throws {
    try await history.postpone(id, until: due)
  }
}
