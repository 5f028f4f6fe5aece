import Foundation
import GRDB

/// Why history could not be opened, written or read: each case is a sentence that says what to do.
public enum HistoryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another process holds the folder's lock.
  case inUse(folder: String, process: Int32?)
  /// The folder cannot be made, entered or locked.
  case unusableFolder(folder: String, reason: String)
  /// The database was written by a newer kakehashi.
  case newerSchema(file: String)
  case diskFull(file: String)
  /// What is to be written is there already.
  case exists(file: String)
  case missing(file: String)
  case readOnly(file: String)
  /// So many wait for their turn to be stored that the caller has to come again later.
  case busy(file: String)
  /// SQLite cannot make sense of the file.
  case corrupt(file: String, detail: String)
  /// It was damaged, and a new file has taken its place: what failed can be tried again.
  case replaced(file: String)
  /// Any other failure, with SQLite's own words.
  case failed(file: String, detail: String)

  public var description: String {
    switch self {
    case .inUse(let folder, let process):
      let who = process.map { " (process \($0))" } ?? ""
      return "The data folder \(folder) is in use by another kakehashi\(who)."
    case .unusableFolder(let folder, let reason):
      return "The data folder \(folder) cannot be used: \(reason)."
    case .newerSchema(let file):
      return "\(file) was written by a newer kakehashi: install that version, or name another data folder."
    case .exists(let file):
      return "\(file) is there already: name another file, or move it away."
    case .missing(let file):
      return "There is no \(file): name a file that is there."
    case .diskFull(let file):
      return "The disk that holds \(file) is full: free some space; agents keep their records until then."
    case .readOnly(let file):
      return
        "\(file) cannot be written: make its disk writable, or give this user write permission to it and to its folder."
    case .busy(let file):
      return "Too much waits to be written to \(file): come again in some seconds."
    case .corrupt(let file, let detail):
      return "\(file) is damaged (\(detail)): restore it from a backup, or move it away to start with an empty one."
    case .replaced(let file):
      return "\(file) was damaged and a new one was begun: try again."
    case .failed(let file, let detail):
      return "\(file) could not be used: \(detail)."
    }
  }

  init(_ error: any Error, file: String) {
    if let known = error as? HistoryError {
      self = known
      return
    }
    if error is DecodingError {
      self = .corrupt(file: file, detail: "a row's text makes no sense")
      return
    }
    guard let error = error as? DatabaseError else {
      self = .failed(file: file, detail: "\(error)")
      return
    }
    let detail = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_FULL: self = .diskFull(file: file)
    case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(file: file)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(file: file, detail: detail)
    // SQLite calls every refusal of the system but a full disk an input/output error.
    case .SQLITE_IOERR where Self.isReadOnly(file), .SQLITE_CANTOPEN where Self.isReadOnly(file):
      self = .readOnly(file: file)
    default: self = .failed(file: file, detail: detail)
    }
  }

  private static func isReadOnly(_ file: String) -> Bool {
    access(file, W_OK) != 0 && [EROFS, EACCES, EPERM].contains(errno)
  }
}
