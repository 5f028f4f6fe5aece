import GRDB
import Measurement

extension PathRecord.Series {
  /// The row's number, or `nil` when nothing was ever stored of this series.
  func findRow(in db: Database) throws -> Int64? {
    let statement = try db.cachedStatement(
      sql: "SELECT id FROM series WHERE site = ? AND target = ? AND route = ? AND label = ? AND origin = ?")
    return try Int64.fetchOne(statement, arguments: arguments)
  }

  /// The row's number; the row is made when it is not there.
  func row(in db: Database) throws -> Int64 {
    if let id = try findRow(in: db) { return id }
    let statement = try db.cachedStatement(
      sql: "INSERT INTO series (site, target, route, label, origin) VALUES (?, ?, ?, ?, ?)")
    try statement.execute(arguments: arguments)
    return db.lastInsertedRowID
  }

  /// From the columns `site`, `target`, `route`, `label` and `origin`.
  init(_ row: Row) throws {
    let route: String = row["route"]
    let origin: String = row["origin"]
    guard let route = Path.Route(rawValue: route), let origin = PathRecord.Origin(origin) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a series with route \(route) and origin \(origin)")
    }
    self.init(
      path: Path(site: row["site"], target: row["target"], route: route, label: row["label"]), origin: origin)
  }

  private var arguments: StatementArguments {
    [path.site, path.target, path.route.rawValue, path.label, origin.description]
  }
}

/// The numbers of series that one transaction comes upon: it looks each up once.
struct SeriesRows {
  private let db: Database
  private var known: [PathRecord.Series: Int64] = [:]

  init(_ db: Database) {
    self.db = db
  }

  /// The row's number; the row is made when it is not there.
  mutating func row(of series: PathRecord.Series) throws -> Int64 {
    if let row = known[series] { return row }
    let row = try series.row(in: db)
    known[series] = row
    return row
  }
}
