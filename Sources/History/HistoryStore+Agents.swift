import Foundation
import GRDB
import Wire

/// An agent's own key as it is stored, and what is known of its bearer.
public struct StoredAgent: Sendable, Equatable {
  /// SHA-256 of the key.
  public var key: [UInt8]
  public var site: String
  public var joined: WallTime
  /// Since when and why the key is refused.
  public var ended: WallTime?
  public var reason: String?
  public var seen: WallTime?
  /// What it said last of itself; the monitor's business.
  public var report: [UInt8]?

  init(_ row: Row) {
    key = [UInt8](row["key"] as Data)
    site = row["site"]
    joined = WallTime(nanoseconds: row["joined"])
    ended = (row["ended"] as Int64?).map(WallTime.init(nanoseconds:))
    reason = row["reason"]
    seen = (row["seen"] as Int64?).map(WallTime.init(nanoseconds:))
    report = (row["report"] as Data?).map { [UInt8]($0) }
  }
}

/// A one-time code that was not used yet.
public struct StoredEnrolment: Sendable, Equatable {
  /// SHA-256 of the code.
  public var code: [UInt8]
  public var site: String
  public var expires: WallTime

  public init(code: [UInt8], site: String, expires: WallTime) {
    self.code = code
    self.site = site
    self.expires = expires
  }
}

extension HistoryStore {
  // MARK: Sites

  /// Bodies of the sites that were added, by id.
  public func addedSites() async throws(HistoryError) -> [[UInt8]] {
    try await read { db in
      try Data.fetchAll(db, sql: "SELECT body FROM site ORDER BY id").map { [UInt8]($0) }
    }
  }

  /// Adds or replaces sites, all or none.
  public func putSites(_ sites: [(id: String, body: [UInt8])]) async throws(HistoryError) {
    try await write { db in
      for site in sites {
        try db.execute(
          sql: "INSERT INTO site (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
          arguments: [site.id, Data(site.body)])
      }
    }
  }

  // MARK: Codes and keys

  public func enrolments() async throws(HistoryError) -> [StoredEnrolment] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM enrolment").map { row in
        StoredEnrolment(
          code: [UInt8](row["code"] as Data), site: row["site"], expires: WallTime(nanoseconds: row["expires"]))
      }
    }
  }

  /// Keeps a code, in place of the site's earlier one.
  public func put(_ enrolment: StoredEnrolment) async throws(HistoryError) {
    try await write { db in
      try db.execute(sql: "DELETE FROM enrolment WHERE site = ?", arguments: [enrolment.site])
      try db.execute(
        sql: "INSERT INTO enrolment (code, site, expires) VALUES (?, ?, ?)",
        arguments: [Data(enrolment.code), enrolment.site, enrolment.expires.nanoseconds])
    }
  }

  /// Every key there ever was, the oldest first.
  public func agents() async throws(HistoryError) -> [StoredAgent] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM agent ORDER BY joined, key").map(StoredAgent.init)
    }
  }

  /// Gives a new key for a code, both by their digests: the code is used up, and the site's earlier key ends. `nil` when
  /// there is no such code any more.
  public func redeem(
    _ code: [UInt8], for key: [UInt8], at now: WallTime, replacedBecause reason: String
  ) async throws(HistoryError) -> StoredAgent? {
    try await write { db in
      guard
        let site = try String.fetchOne(
          db, sql: "DELETE FROM enrolment WHERE code = ? AND expires > ? RETURNING site",
          arguments: [Data(code), now.nanoseconds])
      else { return nil }
      try Self.endKey(of: site, at: now, because: reason, in: db)
      try db.execute(
        sql: "INSERT INTO agent (key, site, joined) VALUES (?, ?, ?)", arguments: [Data(key), site, now.nanoseconds])
      return try Row.fetchOne(db, sql: "SELECT * FROM agent WHERE key = ?", arguments: [Data(key)]).map(
        StoredAgent.init)
    }
  }

  /// Ends a site's key, and the code that would give it another. Whether there was one of either.
  public func revoke(_ site: String, at now: WallTime, because reason: String) async throws(HistoryError) -> Bool {
    try await write { db in
      try db.execute(sql: "DELETE FROM enrolment WHERE site = ?", arguments: [site])
      let codes = db.changesCount
      try Self.endKey(of: site, at: now, because: reason, in: db)
      return codes + db.changesCount > 0
    }
  }

  private static func endKey(of site: String, at now: WallTime, because reason: String, in db: Database) throws {
    try db.execute(
      sql: "UPDATE agent SET ended = ?, reason = ? WHERE site = ? AND ended IS NULL",
      arguments: [now.nanoseconds, reason, site])
  }

  /// Keeps what an agent said last of itself.
  public func note(_ report: [UInt8], ofKey key: [UInt8], at now: WallTime) async throws(HistoryError) {
    try await write { db in
      try db.execute(
        sql: "UPDATE agent SET seen = ?, report = ? WHERE key = ?",
        arguments: [now.nanoseconds, Data(report), Data(key)])
    }
  }
}
