import Glibc

/// A system call that failed where only the machine itself can be the cause.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was being done, as a phrase: `create an event queue`.
  public let action: String
  /// errno.
  public let code: Int32

  public init(_ action: String, code: Int32) {
    self.action = action
    self.code = code
  }

  static func last(_ action: String) -> SystemError {
    SystemError(action, code: errno)
  }

  public var description: String {
    switch code {
    case EMFILE, ENFILE:
      "Cannot \(action): too many files are open; raise the limit (LimitNOFILE in the systemd unit, ulimit -n)."
    case ENOMEM:
      "Cannot \(action): the machine is out of memory."
    default:
      "Cannot \(action): \(Self.reason(code))."
    }
  }

  /// The system's own words for an errno.
  static func reason(_ code: Int32) -> String {
    String(cString: strerror(code))
  }
}
