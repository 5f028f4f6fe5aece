import API
import Measurement
import Testing
import Wire

@testable import Monitor

@Suite("Records of a clock that is off")
struct ClockCorrectionsTests {
  private func record(_ seconds: Int64, boot: UInt64 = 1) -> PathRecord {
    var record = PathRecord(
      id: PathRecord.ID(
        agent: "tsu", boot: boot, path: Path(site: "tsu", target: "hq", route: .direct), origin: .probe(kind: "stamp"),
        intervalStart: Bench.start + .seconds(seconds)),
      length: .seconds(15))
    record.forwardDelay.record(1)
    return record
  }

  private func clock(_ offset: Double, error: Double = 0.01, since: Int64 = -1_000_000) -> AgentClock {
    AgentClock(
      offsetSeconds: offset, offsetErrorSeconds: error,
      since: Double(Bench.start.nanoseconds) / 1e9 + Double(since))
  }

  private func moved(_ corrections: inout ClockCorrections, _ record: PathRecord, _ clock: AgentClock) -> Int64 {
    let applied = corrections.applied(to: record, by: clock)
    #expect(applied.degradations.contains(.restamped) == (applied.id != record.id))
    return applied.id.intervalStart.nanoseconds(since: record.id.intervalStart) / 1_000_000_000
  }

  @Test("Beyond a second a record is moved and marked, and its one-way delays are gone; below it is left alone")
  func tolerance() {
    var corrections = ClockCorrections()
    #expect(moved(&corrections, record(0), clock(0.99)) == 0)
    #expect(moved(&corrections, record(0, boot: 2), clock(-1.2, error: 0.3)) == 0)
    #expect(moved(&corrections, record(0, boot: 3), AgentClock()) == 0)
    #expect(moved(&corrections, record(0, boot: 4), clock(3_600.2)) == 3_600)
    #expect(moved(&corrections, record(0, boot: 5), clock(-7_200.7)) == -7_201)
    #expect(corrections.applied(to: record(0, boot: 4), by: clock(3_600)).forwardDelay.isEmpty)
  }

  @Test("A record that is sent again keeps the time that it was given, whatever is known of the clock by then")
  func again() {
    var corrections = ClockCorrections()
    #expect(moved(&corrections, record(0), clock(3_600)) == 3_600)
    #expect(moved(&corrections, record(15), clock(3_600.4)) == 3_600)
    // Meanwhile the clock was set right.
    #expect(moved(&corrections, record(3_630), clock(0, since: 3_615)) == 0)
    for _ in 0..<2 {
      #expect(moved(&corrections, record(0), clock(0, since: 3_615)) == 3_600)
      #expect(moved(&corrections, record(15), clock(0, since: 3_615)) == 3_600)
      #expect(moved(&corrections, record(3_630), clock(3_600)) == 0)
    }
  }

  @Test("What was stamped before the clock was set is left alone: nothing is known of it")
  func since() {
    var corrections = ClockCorrections()
    #expect(moved(&corrections, record(0), clock(3_600, since: 10)) == 0)
    #expect(moved(&corrections, record(15), clock(3_600, since: 10)) == 3_600)
  }

  @Test("A clock that drifts by parts of a second moves all by the same; one that drifts on is followed")
  func drift() {
    var corrections = ClockCorrections()
    for (index, offset) in [5.4, 5.6, 5.4, 5.6].enumerated() {
      #expect(moved(&corrections, record(Int64(index) * 15), clock(offset)) == 5)
    }
    #expect(moved(&corrections, record(60), clock(7.2)) == 7)
  }

  @Test("Decided anew after everything was forgotten, a record gets the same time")
  func forgotten() {
    for _ in 0..<2 {
      var corrections = ClockCorrections()
      #expect(moved(&corrections, record(0), clock(3_600.1)) == 3_600)
      for boot in 10..<(10 + UInt64(ClockCorrections.capacity)) {
        _ = corrections.applied(to: record(0, boot: boot), by: clock(0))
      }
      #expect(moved(&corrections, record(0), clock(3_599.9)) == 3_600)
    }
  }

  @Test("An offset that no clock has does nothing")
  func nonsense() {
    var corrections = ClockCorrections()
    for (boot, offset) in [Double.nan, .infinity, 1e300, -1e300].enumerated() {
      #expect(moved(&corrections, record(0, boot: UInt64(boot)), clock(offset)) == 0)
    }
  }
}
