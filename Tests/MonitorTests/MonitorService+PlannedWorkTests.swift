import Alerting
import History
import Testing
import Wire

@testable import Monitor

@Suite(.timeLimit(.minutes(2)))
struct PlannedWorkInMonitorTests {
  let bench: Bench

  init() throws {
    bench = try Bench()
  }

  private func work(_ start: Int64, _ end: Int64, of scopes: [String] = []) -> PlannedWork {
    PlannedWork(
      start: Bench.start + .seconds(start), end: Bench.start + .seconds(end), reason: "line work",
      scopes: scopes.compactMap { PlannedWork.Scope($0) })
  }

  @Test("During announced work a broken line and a silent one page nobody and count as planned, and after it as ever")
  func planned() async throws {
    let receiver = try HTTPReceiver()
    var requests = receiver.requests.makeAsyncIterator()
    let monitor = try await bench.monitor(webhook: receiver.url)
    try await bench.live(monitor, 0..<3) { bench.record($0) }
    // Intervals 4 to 23.
    #expect(try await monitor.plan(work(60, 360, of: ["tsu"])))
    #expect(await monitor.snapshot().plannedWorks.map(\.reason) == ["line work"])
    try await bench.live(monitor, 3..<25) { $0 < 4 ? bench.record($0) : $0 < 14 ? bench.record($0, lost: 400) : nil }
    #expect(await monitor.snapshot().incidents == [])
    #expect(await monitor.snapshot().plannedWorks == [])
    let samples = try #require(await monitor.path?.recent)
    #expect(samples.map(\.verdict).prefix(4).allSatisfy { $0 == .good })
    #expect(samples.dropFirst(4).prefix(20).allSatisfy { $0.verdict == .planned && $0.plannedWork == "line work" })
    // The loss is shown all the same.
    #expect(samples[5].loss.map { $0 > 500_000 } == true)
    #expect(samples.count == 24)

    try await bench.live(monitor, 25..<34) { bench.record($0, lost: 30) }
    let told = try await #require(requests.next()).json()
    #expect(told["status"] as? String == "firing")
    receiver.stop()
  }

  @Test("Work elsewhere changes nothing, and work that is taken back counts no more")
  func elsewhere() async throws {
    let monitor = try await bench.monitor()
    #expect(try await monitor.plan(work(0, 1_000, of: ["ise", "tsu/ise"])))
    try await bench.live(monitor, 0..<4) { bench.record($0) }
    #expect(await monitor.path?.verdict == .good)
    #expect(try await monitor.plan(work(0, 10_000)))
    try await bench.live(monitor, 4..<8) { bench.record($0) }
    #expect(await monitor.path?.verdict == .planned)
    #expect(await monitor.snapshot().sites.map(\.verdict) == [.unknown, .planned])
    let last = try #require(await monitor.plannedWorks().first { $0.scopes.isEmpty })
    #expect(try await monitor.endPlannedWork(last.id))
    #expect(try await !monitor.endPlannedWork(last.id))
    try await bench.live(monitor, 8..<12) { bench.record($0) }
    #expect(await monitor.path?.verdict == .good)
  }

  @Test("What was announced holds after a restart, for records that come late too")
  func restart() async throws {
    do {
      let monitor = try await bench.monitor()
      #expect(try await monitor.plan(work(0, 60)))
      try await bench.live(monitor, 0..<10) { bench.record($0) }
    }
    let monitor = try await bench.monitor()
    #expect(await monitor.path?.recent.prefix(4).allSatisfy { $0.verdict == .planned } == true)
    // A correction of an interval within it.
    try await bench.live(monitor, 10..<12) { bench.record($0) }
    try await monitor.ingest([bench.record(2, lost: 600, revision: 1)])
    let corrected = try #require(await monitor.path?.recent.first { $0.interval.start == Bench.start + .seconds(30) })
    #expect(corrected.verdict == .planned)
    #expect(corrected.loss.map { $0 > 700_000 } == true)
  }
}
