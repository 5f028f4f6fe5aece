import Glibc
import Synchronization
import Testing
import Transport

@Suite("A thread's priority")
struct ThreadPriorityTests {
  @Test("A raised thread has what it says it has, and gives it back")
  func raise() throws {
    let seen = Mutex<(priority: ThreadPriority?, raised: Int32, lowered: Int32)>((nil, -1, -1))
    let thread = try NamedThread("priority") {
      let priority = ThreadPriority.raise()
      let raised = sched_getscheduler(0) & 0xff
      ThreadPriority.lower()
      let lowered = sched_getscheduler(0) & 0xff
      seen.withLock { $0 = (priority, raised, lowered) }
    }
    thread.join()
    let result = seen.withLock { $0 }
    #expect((result.priority == .realTime) == (result.raised == SCHED_FIFO))
    #expect(result.lowered == SCHED_OTHER)
  }
}
