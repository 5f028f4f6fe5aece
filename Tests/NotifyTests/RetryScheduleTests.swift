import Notify
import Testing

struct RetryScheduleTests {
  @Test("Waits double from five seconds to five minutes and stay there for ever")
  func delays() {
    let schedule = RetrySchedule()
    let delays = [1, 2, 3, 6, 7, 8, 1_000_000].map { schedule.delay(afterFailures: $0) }
    #expect(delays == [5, 10, 20, 160, 300, 300, 300].map { .seconds($0) })
  }
}
