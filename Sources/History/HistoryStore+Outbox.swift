import Foundation
import GRDB
import Wire

/// Something to be told to one channel, as it lies in the outbox. What the body says is the sender's business.
public struct OutboxEntry: Sendable, Equatable {
  /// Repeats of one delivery carry the same key; the receiver tells them by it.
  public var key: String
  public var channel: String
  /// Entries of one topic reach one channel in the order they were committed.
  public var topic: String
  public var body: [UInt8]

  public init(key: String, channel: String, topic: String, body: [UInt8]) {
    self.key = key
    self.channel = channel
    self.topic = topic
    self.body = body
  }
}

/// An entry that was not delivered yet.
public struct PendingEntry: Sendable, Equatable, Identifiable {
  public var id: Int64
  public var entry: OutboxEntry
  /// How often delivery was tried.
  public var attempts: Int
  /// Not to be tried earlier.
  public var due: WallTime
}

extension HistoryStore {
  /// Entries to deliver next, most urgent first: of each topic and channel only the oldest undelivered one.
  public func pendingEntries(limit: Int) async throws(HistoryError) -> [PendingEntry] {
    try await read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM outbox
          WHERE id IN (SELECT min(id) FROM outbox WHERE delivered IS NULL GROUP BY channel, topic)
          ORDER BY due, id LIMIT ?
          """, arguments: [limit])
      return rows.map { row in
        PendingEntry(
          id: row["id"],
          entry: OutboxEntry(
            key: row["key"], channel: row["channel"], topic: row["topic"], body: [UInt8](row["body"] as Data)),
          attempts: row["attempts"], due: WallTime(nanoseconds: row["due"]))
      }
    }
  }

  /// Notes that the receiver has taken the entry: it is not sent again.
  public func markDelivered(_ id: Int64, at now: WallTime) async throws(HistoryError) {
    try await write { db in
      try db.execute(
        sql: "UPDATE outbox SET delivered = ?, attempts = attempts + 1 WHERE id = ?", arguments: [now.nanoseconds, id])
    }
  }

  /// Notes a failed attempt and when to try next.
  public func postpone(_ id: Int64, until due: WallTime) async throws(HistoryError) {
    try await write { db in
      try db.execute(
        sql: "UPDATE outbox SET due = ?, attempts = attempts + 1 WHERE id = ?", arguments: [due.nanoseconds, id])
    }
  }

  static func insert(_ entries: [OutboxEntry], at now: WallTime, in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO outbox (key, channel, topic, body, created, due) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (key, channel) DO NOTHING
        """)
    for each in entries {
      try statement.execute(arguments: [
        each.key, each.channel, each.topic, Data(each.body), now.nanoseconds, now.nanoseconds,
      ])
    }
  }
}
