import Testing
import Wire

@Suite("Monotonic time")
struct MonotonicTimeTests {
  @Test("Instants differ by durations, forward and back")
  func arithmetic() {
    let start = MonotonicTime(nanoseconds: 1_000)
    let later = start + .microseconds(5)
    #expect(later > start)
    #expect(later - start == .microseconds(5))
    #expect(start - later == .microseconds(-5))
    #expect(later.nanoseconds(since: start) == 5_000)
  }

  @Test("Time past the end of the clock is never, and before its start the earliest")
  func ends() {
    #expect(MonotonicTime(nanoseconds: 1) + .seconds(Int64.max) == .never)
    #expect(MonotonicTime.never + .seconds(1) == .never)
    #expect(MonotonicTime(nanoseconds: -2).advanced(byNanoseconds: .min) == MonotonicTime(nanoseconds: .min))
  }

  @Test("A duration's nanoseconds are exact and held at the ends of their type")
  func duration() {
    #expect(Duration.seconds(1.5).nanoseconds == 1_500_000_000)
    #expect((Duration.zero - .nanoseconds(1)).nanoseconds == -1)
    #expect(Duration.seconds(Int64.max).nanoseconds == .max)
    #expect(Duration.seconds(Int64.min).nanoseconds == .min)
  }
}
