import GRDB

/// The database's shape, as the list of steps that lead to it. A step that was released is never edited: add another.
///
/// Times and lengths are nanoseconds (since 1970 for instants), loss is parts per million. `PathRecord`'s own codec
/// versions the blobs; the tables hold only what is searched for.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(
        sql: """
          -- What is judged on its own: one path as one origin sees it.
          CREATE TABLE series (
            id INTEGER PRIMARY KEY,
            site TEXT NOT NULL, target TEXT NOT NULL, route TEXT NOT NULL, label TEXT NOT NULL, origin TEXT NOT NULL,
            UNIQUE (site, target, route, label, origin)
          ) STRICT;

          -- One run of one agent. The boot is an unsigned number kept as the signed one of the same bits.
          CREATE TABLE source (
            id INTEGER PRIMARY KEY,
            agent TEXT NOT NULL, boot INTEGER NOT NULL,
            UNIQUE (agent, boot)
          ) STRICT;

          CREATE TABLE record (
            id INTEGER PRIMARY KEY,
            series INTEGER NOT NULL REFERENCES series, source INTEGER NOT NULL REFERENCES source,
            start INTEGER NOT NULL, revision INTEGER NOT NULL, body BLOB NOT NULL,
            UNIQUE (series, start, source)
          ) STRICT;

          -- One judging interval of a judged series. Figures are absent where they were not measured.
          CREATE TABLE judgement (
            series INTEGER NOT NULL REFERENCES series, start INTEGER NOT NULL, length INTEGER NOT NULL,
            verdict TEXT NOT NULL, reason TEXT,
            loss INTEGER, jitter INTEGER, latency INTEGER, delay_variation INTEGER,
            PRIMARY KEY (series, start)
          ) STRICT, WITHOUT ROWID;

          -- What has to outlive a restart of each incident tracker. The body is JSON.
          CREATE TABLE tracker (
            series INTEGER NOT NULL REFERENCES series, kind TEXT NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (series, kind)
          ) STRICT, WITHOUT ROWID;

          -- Every incident that was told of. The body is JSON.
          CREATE TABLE incident (
            id TEXT PRIMARY KEY,
            series INTEGER NOT NULL REFERENCES series, started INTEGER NOT NULL, ended INTEGER, body BLOB NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX incident_series ON incident (series);
          CREATE INDEX incident_started ON incident (started);

          CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- What a receiver tells repeats by, and the channel it goes to.
            key TEXT NOT NULL, channel TEXT NOT NULL,
            -- Rows of one topic and channel leave in order.
            topic TEXT NOT NULL,
            body BLOB NOT NULL,
            created INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, delivered INTEGER,
            UNIQUE (key, channel)
          ) STRICT;
          CREATE INDEX outbox_pending ON outbox (channel, topic, id) WHERE delivered IS NULL;
          """)
    }
    migrator.registerMigration("2") { db in
      try db.execute(
        sql: """
          -- What a judged series was held to; a changed objective is another row. 0 stands for the one of intervals that
          -- were judged before this was kept.
          CREATE TABLE objective (
            id INTEGER PRIMARY KEY,
            loss INTEGER NOT NULL, jitter INTEGER NOT NULL, latency INTEGER NOT NULL, warning INTEGER NOT NULL,
            UNIQUE (loss, jitter, latency, warning)
          ) STRICT;
          ALTER TABLE judgement ADD COLUMN objective INTEGER NOT NULL DEFAULT 0;

          -- What the records of one judged series and window say together. The level is its seconds: 300, 3600, 86400.
          CREATE TABLE rollup (
            id INTEGER PRIMARY KEY,
            series INTEGER NOT NULL REFERENCES series, level INTEGER NOT NULL, start INTEGER NOT NULL,
            -- How many records the body was merged from.
            records INTEGER NOT NULL, body BLOB NOT NULL,
            -- What is asked for most, so that the body need not be read for it; absent where it was not measured.
            loss INTEGER, jitter INTEGER, latency INTEGER, delay_variation INTEGER,
            UNIQUE (series, level, start)
          ) STRICT;

          -- How many judging intervals of a window were what. The reason is empty where there is none.
          CREATE TABLE tally (
            series INTEGER NOT NULL REFERENCES series, level INTEGER NOT NULL, start INTEGER NOT NULL,
            objective INTEGER NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, intervals INTEGER NOT NULL,
            PRIMARY KEY (series, level, start, objective, verdict, reason)
          ) STRICT, WITHOUT ROWID;

          -- Windows whose roll-up does not hold everything yet.
          CREATE TABLE stale (
            level INTEGER NOT NULL, start INTEGER NOT NULL, series INTEGER NOT NULL,
            PRIMARY KEY (level, start, series)
          ) STRICT, WITHOUT ROWID;

          -- Days (of UTC) of which there are or were records.
          CREATE TABLE day (start INTEGER PRIMARY KEY) STRICT;

          INSERT INTO stale SELECT DISTINCT 300, start - start % 300000000000, series FROM judgement;
          INSERT INTO day SELECT DISTINCT start - start % 86400000000000 FROM record;
          """)
    }
    registerAgents(&migrator)
    migrator.registerMigration("roll-up bodies") { db in
      try db.execute(
        sql: """
          -- As it was, but with the bodies, which are long, elsewhere: what is asked for most lies together, by path.
          CREATE TABLE figures (
            series INTEGER NOT NULL REFERENCES series, level INTEGER NOT NULL, start INTEGER NOT NULL,
            records INTEGER NOT NULL, loss INTEGER, jitter INTEGER, latency INTEGER, delay_variation INTEGER,
            -- Its row there.
            body INTEGER NOT NULL,
            PRIMARY KEY (series, level, start)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE rollup_body (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
          INSERT INTO rollup_body SELECT id, body FROM rollup;
          INSERT INTO figures
            SELECT series, level, start, records, loss, jitter, latency, delay_variation, id FROM rollup;
          DROP TABLE rollup;
          ALTER TABLE figures RENAME TO rollup;
          """)
    }
    registerPlannedWork(&migrator)
    migrator.registerMigration("tally blocks") { db in
      try db.execute(
        sql: """
          -- The level 2764800: days, added up by 32. No day starts before 1970, but for the first one east of Greenwich.
          INSERT INTO tally (series, level, start, objective, verdict, reason, intervals)
            SELECT series, 2764800, start - start % 2764800000000000, objective, verdict, reason, sum(intervals)
            FROM tally WHERE level = 86400 AND start >= 0
            GROUP BY series, start - start % 2764800000000000, objective, verdict, reason;
          """)
    }
    return migrator
  }
}
