import Alerting
import GRDB

extension Objective {
  /// The row's number, which is the objective's version; the row is made when it is not there.
  func row(in db: Database) throws -> Int64 {
    let arguments: StatementArguments = [
      Int64(clamping: loss), Int64(clamping: jitter), Int64(clamping: latency), Int64(clamping: warningPercent),
    ]
    let find = try db.cachedStatement(
      sql: "SELECT id FROM objective WHERE loss = ? AND jitter = ? AND latency = ? AND warning = ?")
    if let id = try Int64.fetchOne(find, arguments: arguments) { return id }
    try db.cachedStatement(sql: "INSERT INTO objective (loss, jitter, latency, warning) VALUES (?, ?, ?, ?)")
      .execute(arguments: arguments)
    return db.lastInsertedRowID
  }

  init(_ row: Row) {
    func number(_ column: String) -> UInt64 { UInt64(clamping: row[column] as Int64) }
    self.init(
      loss: number("loss"), jitter: number("jitter"), latency: number("latency"), warningPercent: number("warning"))
  }
}

extension HistoryStore {
  /// Every objective that anything was judged by, by its version.
  static func objectives(in db: Database) throws -> [Int64: Objective] {
    let rows = try Row.fetchAll(db, sql: "SELECT * FROM objective")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0["id"] as Int64, Objective($0)) })
  }
}

extension RollUp.Tally {
  init(_ row: Row, _ objectives: [Int64: Objective]) throws {
    let (verdict, reason): (String, String) = (row["verdict"], row["reason"])
    guard let verdict = Verdict(rawValue: verdict) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a tally of verdict \(verdict)")
    }
    self.init(
      objective: objectives[row["objective"]], verdict: verdict,
      reason: verdict == .unknown ? UnknownReason(rawValue: reason) : nil,
      plannedWork: verdict == .planned ? reason : nil, intervals: row["intervals"])
  }
}
