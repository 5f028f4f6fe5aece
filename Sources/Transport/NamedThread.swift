import CLinuxNet
import Glibc
import Synchronization

/// A thread of its own for work that must neither wait for the cooperative pool nor block it: Workers, DTLS, libcurl.
///
/// The name shows in `top -H`, `perf` and core files; the kernel keeps 15 bytes.
public final class NamedThread: Sendable {
  public let name: String
  private let thread: Mutex<pthread_t?>

  /// Starts at once. State that belongs to the thread is made inside `body`, where nobody else can reach it.
  /// - Parameter processor: pins the thread to this processor; best effort.
  public init(_ name: String, processor: Int? = nil, body: @escaping @Sendable () -> Void) throws(SystemError) {
    self.name = name
    let start = Unmanaged.passRetained(Start(name: name, processor: processor, body: body))
    var handle = pthread_t()
    let result = pthread_create(&handle, nil, threadMain, start.toOpaque())
    guard result == 0 else {
      start.release()
      throw SystemError("start the thread \(name)", code: result)
    }
    thread = Mutex(handle)
  }

  deinit {
    thread.withLock { handle in
      if let handle { pthread_detach(handle) }
    }
  }

  /// Waits until the thread's body has returned; may be called more than once, never from the thread itself.
  public func join() {
    thread.withLock { handle in
      guard let running = handle else { return }
      pthread_join(running, nil)
      handle = nil
    }
  }

  fileprivate final class Start: Sendable {
    let name: String
    let processor: Int?
    let body: @Sendable () -> Void

    init(name: String, processor: Int?, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.processor = processor
      self.body = body
    }
  }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<NamedThread.Start>.fromOpaque(argument).takeRetainedValue()
  linux_name_thread(start.name)
  if let processor = start.processor { _ = linux_pin_thread(Int32(truncatingIfNeeded: processor)) }
  start.body()
  return nil
}
