import Foundation
import GRDB
import Wire

/// A job set that was published. What the body says is the monitor's business.
public struct StoredJobSet: Sendable, Equatable {
  public var version: Int
  public var published: WallTime
  public var body: [UInt8]
}

/// Which job set is meant for whom.
public struct StoredRollout: Sendable, Equatable {
  public var current: Int?
  public var previous: Int?
  public var trial: Int?
  public var trialSites: [String]

  public init(current: Int? = nil, previous: Int? = nil, trial: Int? = nil, trialSites: [String] = []) {
    self.current = current
    self.previous = previous
    self.trial = trial
    self.trialSites = trialSites
  }
}

extension HistoryStore {
  /// Keeps a job set under the next version number, together with the rollout that `change` makes for it.
  public func publish(
    _ body: [UInt8], at now: WallTime, _ change: @escaping @Sendable (inout StoredRollout, Int) -> Void
  ) async throws(HistoryError) -> (set: StoredJobSet, rollout: StoredRollout) {
    try await write { db in
      try db.execute(
        sql: "INSERT INTO job_set (published, body) VALUES (?, ?)", arguments: [now.nanoseconds, Data(body)])
      let version = Int(db.lastInsertedRowID)
      var rollout = try Self.rollout(in: db)
      change(&rollout, version)
      try Self.put(rollout, in: db)
      return (StoredJobSet(version: version, published: now, body: body), rollout)
    }
  }

  public func put(_ rollout: StoredRollout) async throws(HistoryError) {
    try await write { db in try Self.put(rollout, in: db) }
  }

  public func rollout() async throws(HistoryError) -> StoredRollout {
    try await read { db in try Self.rollout(in: db) }
  }

  /// The job sets that a rollout speaks of.
  public func jobSets() async throws(HistoryError) -> [StoredJobSet] {
    try await read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT job_set.* FROM job_set, rollout WHERE version IN (current, previous, trial) ORDER BY version
          """)
      return rows.map { row in
        StoredJobSet(
          version: row["version"], published: WallTime(nanoseconds: row["published"]),
          body: [UInt8](row["body"] as Data))
      }
    }
  }

  private static func rollout(in db: Database) throws -> StoredRollout {
    guard let row = try Row.fetchOne(db, sql: "SELECT * FROM rollout") else { return StoredRollout() }
    return StoredRollout(
      current: row["current"], previous: row["previous"], trial: row["trial"],
      trialSites: try JSONDecoder().decode([String].self, from: row["trial_sites"]))
  }

  /// Job sets that it speaks of no more are deleted.
  private static func put(_ rollout: StoredRollout, in db: Database) throws {
    try db.execute(
      sql: """
        INSERT INTO rollout (id, current, previous, trial, trial_sites) VALUES (1, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET current = excluded.current, previous = excluded.previous,
          trial = excluded.trial, trial_sites = excluded.trial_sites
        """,
      arguments: [
        rollout.current, rollout.previous, rollout.trial, try JSONEncoder().encode(rollout.trialSites),
      ])
    try db.execute(
      sql: """
        DELETE FROM job_set WHERE version NOT IN (
          SELECT current FROM rollout WHERE current IS NOT NULL
          UNION SELECT previous FROM rollout WHERE previous IS NOT NULL
          UNION SELECT trial FROM rollout WHERE trial IS NOT NULL)
        """)
  }
}
