import CLinuxNet

/// An eventfd: any thread signals, one thread's `EventLoop` wakes up. Many signals before a wake-up make one.
public final class Wakeup: Sendable {
  /// For `EventLoop.watch`.
  public let descriptor: Int32

  public init() throws(SystemError) {
    descriptor = linux_eventfd()
    guard descriptor >= 0 else { throw .last("create a wake-up") }
  }

  deinit {
    _ = linux_close(descriptor)
  }

  public func signal() {
    linux_eventfd_signal(descriptor)
  }

  /// Called by the woken thread before it looks for work, so that no signal is lost.
  public func clear() {
    linux_eventfd_clear(descriptor)
  }
}
