import Testing
import Wire

@testable import Transport

@Suite("A wake-up")
struct WakeupTests {
  @Test("Many signals are one, and clearing takes them all")
  func coalesced() throws {
    let wakeup = try Wakeup()
    let loop = try EventLoop()
    try loop.watch(wakeup.descriptor, token: 1)
    for _ in 0..<3 { wakeup.signal() }
    #expect(loop.wait(until: SystemClock.now) == 1)
    wakeup.clear()
    #expect(loop.wait(until: SystemClock.now) == 0)
    wakeup.clear()
  }
}
