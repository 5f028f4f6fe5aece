import Glibc

/// Why records cannot be kept, in a sentence that says what to do.
public enum SpoolError: Error, Equatable, Sendable, CustomStringConvertible {
  case inUse(folder: String)
  case failed(action: String, path: String, code: Int32)
  /// The writing thread is behind by its whole queue.
  case overloaded
  case closed

  /// Nothing will bring back what could not be read; anything else may pass, like too many open files.
  var isLoss: Bool {
    switch self {
    case .failed(_, _, ENOENT), .failed(_, _, EIO): true
    default: false
    }
  }

  public var description: String {
    switch self {
    case .inUse(let folder):
      "The spool folder \(folder) is in use by another agent; stop that one or configure another folder."
    case .failed(let action, let path, ENOSPC):
      "Cannot \(action) \(path): the disk is full; free some space, records wait in memory meanwhile."
    case .failed(let action, let path, let code):
      "Cannot \(action) \(path): \(String(cString: strerror(code)))."
    case .overloaded:
      "Records come faster than the spool can write them."
    case .closed:
      "The agent is stopping."
    }
  }
}
