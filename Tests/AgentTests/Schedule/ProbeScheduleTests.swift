import Testing
import Wire

@testable import Agent

@Suite("A schedule of probes")
struct ProbeScheduleTests {
  private static let start = WallTime(seconds: 1_800_000_000)
  private static let japan: @Sendable (String, Int64) -> Int64 = { _, _ in 9 * 3_600 }

  private func schedule(_ entries: [(String, ProbeTiming)]) -> ProbeSchedule {
    ProbeSchedule(
      entries.map { ProbeSchedule.Entry(name: $0.0, timing: $0.1) }, now: Self.start, offset: Self.japan)
  }

  /// Runs it in virtual time; each run ends after `duration`. Gives the starts, by place.
  private func run(_ schedule: inout ProbeSchedule, for length: Duration, each duration: Duration) -> [[WallTime]] {
    var starts: [Int: [WallTime]] = [:]
    var ends: [(WallTime, Int)] = []
    while let next = [schedule.nextTime, ends.map(\.0).min()].compactMap({ $0 }).min(), next < Self.start + length {
      for (end, index) in ends where end <= next { if end <= next { schedule.finished(index) } }
      ends.removeAll { $0.0 <= next }
      for index in schedule.advance(to: next) {
        starts[index, default: []].append(next)
        ends.append((next + duration, index))
      }
    }
    return (0..<(starts.keys.max() ?? -1) + 1).map { starts[$0] ?? [] }
  }

  @Test("Each interval has exactly one run, always at the same moment within it")
  func everyInterval() {
    var schedule = schedule([("teams", .every(.seconds(60)))])
    let starts = run(&schedule, for: .seconds(3_600), each: .seconds(5))[0]
    #expect((59...60).contains(starts.count))
    #expect(Set(starts.map { $0.floored(to: .seconds(60)) }).count == starts.count)
    #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 == .seconds(60) })
  }

  @Test("Probes of one interval are spread over it, and the same ones start at the same moments in every process")
  func spread() {
    let names = (0..<60).map { "job\($0) tsu" }
    let phases = names.map { ProbeSchedule.phase(of: $0, within: .seconds(60)) }
    for tenth in 0..<6 {
      let part = Duration.seconds(10 * tenth)..<Duration.seconds(10 * (tenth + 1))
      #expect((4...20).contains(phases.count { part.contains($0) }))
    }
    #expect(phases == names.map { ProbeSchedule.phase(of: $0, within: .seconds(60)) })
  }

  @Test("A run that is still going on lets the next out, which is counted")
  func overlap() {
    var schedule = schedule([("slow", .every(.seconds(60)))])
    let starts = run(&schedule, for: .seconds(600), each: .seconds(90))[0]
    #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 == .seconds(120) })
    #expect(schedule.leftOut > 0)
  }

  @Test("A machine that slept runs each probe once, not once for each time missed")
  func slept() {
    var schedule = schedule([("a", .every(.seconds(60))), ("b", .every(.seconds(300)))])
    #expect(schedule.advance(to: Self.start + .seconds(7_200)) == [0, 1])
    let next = schedule.nextTime
    #expect(next.map { $0 > Self.start + .seconds(7_200) && $0 <= Self.start + .seconds(7_260) } == true)
    #expect(schedule.leftOut == 0)
  }

  @Test("A clock that is set back makes nobody wait for longer than an interval")
  func setBack() throws {
    var schedule = schedule([("a", .every(.seconds(60))), ("b", .cron(try CronExpression("* * * * *"), zone: "UTC"))])
    let before = Self.start + .seconds(-3_600)
    #expect(schedule.advance(to: before).isEmpty)
    let next = try #require(schedule.nextTime)
    #expect(next > before && next <= before + .seconds(60))
    #expect(Set(schedule.advance(to: before + .seconds(90))) == [0, 1])
  }

  @Test("Cron runs at its minutes of the zone, within the first half minute, each once")
  func cron() throws {
    let nine = try CronExpression("0 9 * * *")
    var schedule = schedule([("report", .cron(nine, zone: "Asia/Tokyo"))])
    let starts = run(&schedule, for: .seconds(5 * 86_400), each: .seconds(1))[0]
    #expect(starts.count == 5)
    for start in starts {
      let second = (start.nanoseconds / 1_000_000_000 + 9 * 3_600) % 86_400
      #expect((9 * 3_600..<9 * 3_600 + 30).contains(second))
    }
    #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 == .seconds(86_400) })
  }
}
