import API
import Measurement
import Wire

/// By how much the records of each run of an agent are moved, whose clock is not the monitor's.
///
/// What was decided for an interval stays: a record that is sent again gets the time, and so the identity, that it had.
/// Corrections are whole seconds, so that the same is decided anew when the monitor has forgotten.
struct ClockCorrections: Sendable {
  /// Offsets up to this are left alone.
  static let tolerance = 1.0
  /// Runs of agents that are remembered; the one heard longest ago gives way.
  static let capacity = 4_096

  private struct Run: Hashable {
    var agent: String
    var boot: UInt64
  }

  private struct Decision {
    /// The first start on the agent's clock that it holds for.
    var since: WallTime
    var seconds: Int64
  }

  private struct Decisions {
    /// By rising time; never empty.
    var list: [Decision]
    /// Starts up to here are decided.
    var through: WallTime
    var used: UInt64
  }

  private var runs: [Run: Decisions] = [:]
  private var uses: UInt64 = 0

  /// The record where it belongs, marked when it was moved.
  mutating func applied(to record: PathRecord, by clock: AgentClock) -> PathRecord {
    let seconds = decided(for: record, clock)
    guard seconds != 0 else { return record }
    var record = record
    record.id.intervalStart = record.id.intervalStart.advanced(byNanoseconds: seconds * 1_000_000_000)
    record.degradations.insert(.restamped)
    // Nothing that needs both ends' clocks can be right.
    record.clock = ClockQuality()
    record.forwardDelay = Distribution()
    record.reverseDelay = Distribution()
    return record
  }

  private mutating func decided(for record: PathRecord, _ clock: AgentClock) -> Int64 {
    let run = Run(agent: record.id.agent, boot: record.id.boot)
    let start = record.id.intervalStart
    uses += 1
    guard var decisions = runs[run] else {
      let seconds = Self.seconds(clock, at: start)
      makeRoom()
      runs[run] = Decisions(list: [Decision(since: start, seconds: seconds)], through: start, used: uses)
      return seconds
    }
    decisions.used = uses
    if start > decisions.through {
      decisions.through = start
      let seconds = Self.seconds(clock, at: start)
      // A clock that drifts about the half second must not move every other interval.
      if let last = decisions.list.last, abs(last.seconds - seconds) > 1 || (last.seconds == 0) != (seconds == 0) {
        decisions.list.append(Decision(since: start, seconds: seconds))
        if decisions.list.count > 64 { decisions.list.removeFirst() }
      }
    }
    runs[run] = decisions
    return (decisions.list.last { $0.since <= start } ?? decisions.list[0]).seconds
  }

  private mutating func makeRoom() {
    guard runs.count >= Self.capacity, let oldest = runs.min(by: { $0.value.used < $1.value.used }) else { return }
    runs[oldest.key] = nil
  }

  /// What must be added to a time of the agent's clock, in whole seconds; 0 where that is not known or little.
  private static func seconds(_ clock: AgentClock, at start: WallTime) -> Int64 {
    guard let offset = clock.offsetSeconds, let error = clock.offsetErrorSeconds, let since = clock.since,
      offset.isFinite, abs(offset) < 4e9, abs(offset) - error > tolerance,
      Double(start.nanoseconds) / 1e9 >= since
    else { return 0 }
    return Int64(offset.rounded())
  }
}
