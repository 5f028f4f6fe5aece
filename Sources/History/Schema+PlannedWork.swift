import GRDB

extension Schema {
  /// Announced work, and what became of each month.
  static func registerPlannedWork(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("planned work") { db in
      try db.execute(
        sql: """
          -- The body is JSON.
          CREATE TABLE planned (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            start INTEGER NOT NULL, ended INTEGER NOT NULL, body BLOB NOT NULL
          ) STRICT;
          """)
    }
    migrator.registerMigration("months") { db in
      try db.execute(
        sql: """
          -- Those that are closed: what each site's was, for good. The body is JSON.
          CREATE TABLE month (
            month TEXT NOT NULL, site TEXT NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (month, site)
          ) STRICT, WITHOUT ROWID;
          """)
    }
  }
}
