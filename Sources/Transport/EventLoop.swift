import CLinuxNet
import Wire

/// Waits for descriptors and a deadline, to the nanosecond (epoll_pwait2(2)). Belongs to one thread.
public struct EventLoop: ~Copyable {
  /// What one descriptor is ready for.
  public struct Event: Sendable {
    /// As given to `watch`.
    public let token: UInt64
    public let isReadable: Bool
    public let isWritable: Bool
    /// An error waits on the descriptor: its next call, or the socket's error queue, tells it.
    public let hasFailed: Bool
  }

  /// Descriptors reported by one `wait` at most; the rest come with the next.
  public static let eventsPerWait = 64

  private let descriptor: Int32
  private let events: UnsafeMutablePointer<linux_event>

  public init() throws(SystemError) {
    descriptor = linux_epoll_create()
    guard descriptor >= 0 else { throw .last("create an event queue") }
    events = .allocate(capacity: Self.eventsPerWait)
  }

  deinit {
    events.deallocate()
    _ = linux_close(descriptor)
  }

  /// Reports `token` for as long as the descriptor is readable (and, if wanted, writable): level-triggered.
  public func watch(_ watched: Int32, token: UInt64, writable: Bool = false) throws(SystemError) {
    let wanted = UInt32(LINUX_READABLE) | (writable ? UInt32(LINUX_WRITABLE) : 0)
    guard linux_epoll_add(descriptor, watched, token, wanted) == 0 else { throw .last("watch a descriptor") }
  }

  /// Before the descriptor is closed.
  public func unwatch(_ watched: Int32) {
    _ = linux_epoll_remove(descriptor, watched)
  }

  /// Returns how many events `event(at:)` holds; 0 when the deadline passed or a signal came.
  public func wait(until deadline: MonotonicTime) -> Int {
    let timeout = deadline == .never ? -1 : max(deadline.nanoseconds(since: SystemClock.now), 0)
    return Int(linux_epoll_wait(descriptor, events, Int32(Self.eventsPerWait), timeout))
  }

  public func event(at index: Int) -> Event {
    precondition((0..<Self.eventsPerWait).contains(index), "the last wait returned this event")
    let event = events[index]
    return Event(
      token: event.token, isReadable: event.events & UInt32(LINUX_READABLE) != 0,
      isWritable: event.events & UInt32(LINUX_WRITABLE) != 0, hasFailed: event.events & UInt32(LINUX_FAILED) != 0)
  }
}
