/// Damage that was found in the history, and what became of it: each case is a sentence for whoever runs the monitor.
public enum HistoryDamage: Equatable, Sendable, CustomStringConvertible {
  /// SQLite could not make sense of the file; a new one was begun with `salvaged` entries of the old one.
  case replaced(file: String, keptAs: String, detail: String, salvaged: Int)
  /// The write-ahead log holds less than was committed; the history ends where the log was cut.
  case cutLog(file: String, missingPages: Int)

  public var description: String {
    switch self {
    case .replaced(let file, let name, let detail, let salvaged):
      "\(file) was damaged (\(detail)): it is kept as \(name), and a new one was begun with its \(salvaged) incidents "
        + "and waiting notifications that could be read. `sqlite3 \(name) .recover` shows what else is left in it."
    case .cutLog(let file, let pages):
      "\(file) is damaged or was cut short: \(pages) pages of the newest commits are gone. Look at the disk; agents have "
        + "forgotten the records in them."
    }
  }
}
