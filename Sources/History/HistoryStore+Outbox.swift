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

  init(_ row: Row) {
    self.init(key: row["key"], channel: row["channel"], topic: row["topic"], body: [UInt8](row["body"] as Data))
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
  /// Entries to deliver next to a channel, most urgent first: of each topic only the oldest undelivered one.
  public func pendingEntries(of channel: String, limit: Int) async throws(HistoryError) -> [PendingEntry] {
    try await read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM outbox
          WHERE id IN (SELECT min(id) FROM outbox WHERE delivered IS NULL AND channel = ? GROUP BY topic)
          ORDER BY due, id LIMIT ?
          """, arguments: [channel, limit])
      return rows.map { row in
        PendingEntry(
          id: row["id"], entry: OutboxEntry(row), attempts: row["attempts"], due: WallTime(nanoseconds: row["due"]))
      }
    }
  }

  /// How many entries a channel has not taken yet.
  public func waitingEntries(of channel: String) async throws(HistoryError) -> Int {
    try await read { db in
      try Int.fetchOne(
        db, sql: "SELECT count(*) FROM outbox WHERE delivered IS NULL AND channel = ?", arguments: [channel]) ?? 0
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

  /// So many entries wait for one channel; when there are more, the oldest are given up.
  public static let outboxCapacity = 10_000
  /// Of incidents of one site so many wait for one channel, so that a site with many gives up its own and nobody else's.
  public static let outboxShare = 1_000

  /// Puts in what is not there yet. Returns how many of which channels were given up to make room.
  @discardableResult
  static func insert(
    _ entries: [OutboxEntry], at now: WallTime, in db: Database, capacity: Int = outboxCapacity,
    share: Int = outboxShare
  ) throws -> [String: Int] {
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
    var givenUp: [String: Int] = [:]
    for channel in Set(entries.map(\.channel)) {
      try db.execute(
        sql: """
          DELETE FROM outbox WHERE id IN (
            SELECT id FROM (
              SELECT outbox.id, row_number() OVER (PARTITION BY site ORDER BY outbox.id DESC) AS place
              FROM outbox JOIN incident ON incident.id = topic JOIN series ON series.id = incident.series
              WHERE delivered IS NULL AND channel = ?1)
            WHERE place > ?2)
          """, arguments: [channel, share])
      if db.changesCount > 0 { givenUp[channel] = db.changesCount }
      try db.execute(
        sql: """
          DELETE FROM outbox WHERE delivered IS NULL AND channel = ?1 AND id <= (
            SELECT id FROM outbox WHERE delivered IS NULL AND channel = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
          """, arguments: [channel, capacity])
      if db.changesCount > 0 { givenUp[channel, default: 0] += db.changesCount }
    }
    return givenUp
  }
}
