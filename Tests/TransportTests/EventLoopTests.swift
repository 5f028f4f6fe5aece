import Testing
import Wire

@testable import Transport

@Suite("An event loop")
struct EventLoopTests {
  @Test("It returns at the deadline, not before")
  func deadline() throws {
    let loop = try EventLoop()
    let deadline = SystemClock.now + .milliseconds(5)
    #expect(loop.wait(until: deadline) == 0)
    #expect(SystemClock.now >= deadline)
  }

  @Test("A wake-up from another thread ends an endless wait")
  func wakeup() throws {
    let loop = try EventLoop()
    let wakeup = try Wakeup()
    try loop.watch(wakeup.descriptor, token: 42)
    let thread = try NamedThread("waker") { wakeup.signal() }
    #expect(loop.wait(until: .never) == 1)
    #expect(loop.event(at: 0).token == 42)
    #expect(loop.event(at: 0).isReadable)
    thread.join()
    wakeup.clear()
    #expect(loop.wait(until: SystemClock.now) == 0)
  }

  @Test("A descriptor no longer watched is not reported")
  func unwatch() throws {
    let loop = try EventLoop()
    let wakeup = try Wakeup()
    try loop.watch(wakeup.descriptor, token: 1)
    wakeup.signal()
    loop.unwatch(wakeup.descriptor)
    #expect(loop.wait(until: SystemClock.now) == 0)
  }
}
