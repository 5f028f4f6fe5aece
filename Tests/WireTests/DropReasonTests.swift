import Testing
import Wire

@Suite("Drop counters")
struct DropReasonTests {
  @Test("Every reason has its own counter")
  func separate() {
    var counters = DropCounters()
    for (index, reason) in DropReason.allCases.enumerated() { counters.count(reason, index + 1) }
    for (index, reason) in DropReason.allCases.enumerated() { #expect(counters[reason] == UInt64(index + 1)) }
    #expect(counters.nonZero.map(\.reason) == DropReason.allCases)
  }

  @Test("Counters add up, and start at nothing")
  func sums() {
    var counters = DropCounters()
    #expect(counters.nonZero.isEmpty)
    counters.count(.srtpReplay)
    var sum = counters
    sum.add(counters)
    #expect(sum[.srtpReplay] == 2)
    #expect(sum != counters)
  }
}
