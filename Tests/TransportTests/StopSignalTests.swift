import Testing

@testable import Transport

@Suite("A stop signal")
struct StopSignalTests {
  @Test("It wakes the thread and stays set")
  func stop() throws {
    let signal = try StopSignal()
    let thread = try NamedThread("stoppable") {
      guard let loop = try? EventLoop(), (try? loop.watch(signal.wakeup.descriptor, token: 0)) != nil else { return }
      while !signal.isStopped { _ = loop.wait(until: .never) }
    }
    #expect(!signal.isStopped)
    signal.stop()
    thread.join()
    #expect(signal.isStopped)
  }
}
