import CLinuxNet
import Glibc
import Wire

/// One TCP connection made to see whether and how fast it can be made, and closed at once.
public enum ConnectAttempt {
  public enum Outcome: Sendable, Equatable {
    /// From the first SYN to the connection.
    case connected(Duration)
    /// The host answers, and nothing listens on that port.
    case refused
    /// In the system's own words.
    case failed(String)
    case timedOut
  }

  /// Blocks for `timeout` at most.
  public static func make(to endpoint: Endpoint, timeout: Duration) throws(SystemError) -> Outcome {
    let loop = try EventLoop()
    let start = SystemClock.now
    let descriptor = linux_tcp_connect(endpoint.linux)
    guard descriptor >= 0 else { return outcome(errno, SystemClock.now - start) }
    defer { _ = linux_close(descriptor) }
    try loop.watch(descriptor, token: 0, writable: true)
    let deadline = start + timeout
    while SystemClock.now < deadline {
      guard loop.wait(until: deadline) > 0 else { continue }
      return outcome(linux_socket_error(descriptor), SystemClock.now - start)
    }
    return .timedOut
  }

  private static func outcome(_ code: Int32, _ elapsed: Duration) -> Outcome {
    switch code {
    case 0: .connected(elapsed)
    case ECONNREFUSED: .refused
    case ETIMEDOUT: .timedOut
    default: .failed(SystemError.reason(code))
    }
  }
}
