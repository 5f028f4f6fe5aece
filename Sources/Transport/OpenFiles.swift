import Glibc

/// How many files and sockets the process may have open.
public enum OpenFiles {
  /// Raises the limit as far as the system lets us, and gives it. It is 1,024 in most shells and services, for the sake of
  /// `select`, which nothing here uses.
  @discardableResult
  public static func raiseLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
    if limit.rlim_cur < limit.rlim_max {
      var raised = limit
      raised.rlim_cur = limit.rlim_max
      if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
    }
    return Int(clamping: limit.rlim_cur)
  }
}
