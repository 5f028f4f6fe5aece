import Synchronization
import Wire

/// How a thread tells whoever started it that it is ready, or why it cannot be: a port in use is the starter's error.
public final class Startup<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let wakeup: Wakeup

  public init() throws(SystemError) {
    wakeup = try Wakeup()
  }

  /// Called once, by the thread.
  public func report(_ result: Result<Value, any Error>) {
    self.result.withLock { $0 = $0 ?? result }
    wakeup.signal()
  }

  /// Blocks until the thread has reported; returns its value or throws its error.
  public func wait() throws -> Value {
    let loop = try EventLoop()
    try loop.watch(wakeup.descriptor, token: 0)
    while true {
      if let result = result.withLock({ $0 }) { return try result.get() }
      _ = loop.wait(until: .never)
    }
  }
}
