import Testing
import Wire

@testable import Transport

@Suite("The system's clocks")
struct SystemClockTests {
  @Test("Monotonic time goes forward")
  func monotonic() {
    let first = SystemClock.now
    #expect(SystemClock.now >= first)
  }

  @Test("Two readings one after the other show no step")
  func step() {
    #expect(abs(SystemClock.reading().wallClockStep(since: SystemClock.reading())) < 1_000_000_000)
  }

  @Test("The kernel states an error for its clock")
  func synchronization() {
    #expect(SystemClock.synchronization.maximumErrorNanoseconds > 0)
  }
}
