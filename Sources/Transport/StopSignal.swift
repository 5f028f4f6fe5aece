import Synchronization

/// Asks a thread to end: the flag it looks at and the wake-up that makes it look.
public final class StopSignal: Sendable {
  /// For the thread's `EventLoop`.
  public let wakeup: Wakeup
  private let flag = Atomic(false)

  public init() throws(SystemError) {
    wakeup = try Wakeup()
  }

  public var isStopped: Bool { flag.load(ordering: .acquiring) }

  public func stop() {
    flag.store(true, ordering: .releasing)
    wakeup.signal()
  }
}
