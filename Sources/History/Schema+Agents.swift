import GRDB

extension Schema {
  /// Sites that were added, agents' identities, and the jobs they pull.
  static func registerAgents(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("agents") { db in
      try db.execute(
        sql: """
          -- Added to those of the configuration. The body is JSON.
          CREATE TABLE site (id TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;

          -- One-time codes, by their SHA-256. A site has one at most.
          CREATE TABLE enrolment (
            code BLOB PRIMARY KEY, site TEXT NOT NULL UNIQUE, expires INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;

          -- Agents' own keys, by their SHA-256. One that is refused is kept, so that its bearer is told why.
          CREATE TABLE agent (
            key BLOB PRIMARY KEY, site TEXT NOT NULL, joined INTEGER NOT NULL, ended INTEGER, reason TEXT,
            -- What it said last of itself, and when. The body is JSON.
            seen INTEGER, report BLOB
          ) STRICT, WITHOUT ROWID;
          CREATE UNIQUE INDEX agent_active ON agent (site) WHERE ended IS NULL;

          -- The body is JSON.
          CREATE TABLE job_set (
            version INTEGER PRIMARY KEY AUTOINCREMENT, published INTEGER NOT NULL, body BLOB NOT NULL
          ) STRICT;

          -- One row: which job set is meant for whom. The trial's sites are a JSON list.
          CREATE TABLE rollout (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            current INTEGER REFERENCES job_set, previous INTEGER REFERENCES job_set, trial INTEGER REFERENCES job_set,
            trial_sites BLOB NOT NULL
          ) STRICT;
          """)
    }
  }
}
