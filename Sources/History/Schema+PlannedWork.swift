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
  }
}
