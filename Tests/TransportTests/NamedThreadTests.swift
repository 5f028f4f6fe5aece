import Glibc
import Synchronization
import Testing

@testable import Transport

@Suite("A named thread")
struct NamedThreadTests {
  @Test("It bears its name, cut to fifteen bytes, and join waits for it")
  func name() throws {
    let seen = Mutex("")
    let thread = try NamedThread("media worker number 1") {
      let file = open("/proc/thread-self/comm", O_RDONLY)
      var name = [UInt8](repeating: 0, count: 32)
      let length = read(file, &name, name.count)
      close(file)
      seen.withLock { $0 = String(decoding: name.prefix(max(length, 0)), as: UTF8.self) }
    }
    thread.join()
    thread.join()
    #expect(seen.withLock { $0 } == "media worker nu\n")
  }
}
