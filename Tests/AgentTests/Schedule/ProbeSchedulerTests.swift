import API
import Measurement
import Synchronization
import Testing
import Transport
import Wire

@testable import Agent
@testable import Probes

@Suite("A scheduler of probes", .timeLimit(.minutes(1)))
struct ProbeSchedulerTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// A stream of records, one by one.
  private func records(
    of kind: ProbeKind, target: String
  ) -> (stream: AsyncStream<PathRecord>, scheduler: ProbeScheduler) {
    let (stream, continuation) = AsyncStream.makeStream(of: PathRecord.self)
    var request = ProbeRequest(target: target, packetsPerSecond: 1_000)
    request.count = 2
    let probe = ScheduledProbe(
      job: "job", kind: kind, target: "service", request: request, timing: .every(.milliseconds(100)))
    let verified = VerifiedSeries(file: folder.path + "/verified.json")
    verified.keep(only: probe.series(from: "tsu"))
    let scheduler = ProbeScheduler([probe], agent: "tsu-agent", site: "tsu", verified: verified) { records in
      for record in records { continuation.yield(record) }
    }
    return (stream, scheduler)
  }

  @Test("Records bear the agent's identity, the site, the target's id and the time of sending")
  func identity() async throws {
    let (stream, scheduler) = records(of: .tcp, target: "127.0.0.1:1")
    let before = SystemClock.wallTime
    var iterator = stream.makeAsyncIterator()
    let record = try #require(await iterator.next())
    #expect(record.id.agent == "tsu-agent")
    #expect(record.path == Path(site: "tsu", target: "service", route: .direct))
    #expect(record.origin == .probe(kind: "tcp"))
    #expect(record.id.intervalStart > before)
    #expect(record.loss.sent > 0 && record.loss.received == 0)
    let second = try #require(await iterator.next())
    #expect(second.id.intervalStart > record.id.intervalStart)
    #expect(second.id.boot == record.id.boot)
    scheduler.stop()
  }

  @Test("Why nothing could be measured is told until it can")
  func problems() async {
    let kind = ProbeKind(
      name: "broken", summary: "", measures: "", limitations: "", example: "", unit: "", delay: "", metrics: [],
      limits: ProbeLimits(), options: [], cadence: .repeated(every: .seconds(1), atLeast: .seconds(1)),
      streams: { _ in [] }
    ) { _ throws(ProbeError) in throw ProbeError("It cannot.") }
    let (_, scheduler) = records(of: kind, target: "x")
    while scheduler.counts.problems.isEmpty { await Task.yield() }
    #expect(
      scheduler.counts.sortedProblems == [JobProblem(file: "probes/job.yaml", message: "service: It cannot.")])
    scheduler.stop()
  }

  @Test(
    "A target that answered once and then falls silent has lost packets, also after a restart; one that never did is unverified"
  )
  func verified() async throws {
    let answers = Mutex(0)
    let kind = ProbeKind(
      name: "stun", summary: "", measures: "", limitations: "", example: "", unit: "packets", delay: "",
      metrics: [.loss],
      limits: ProbeLimits(), options: [], cadence: .repeated(every: .seconds(1), atLeast: .seconds(1)),
      streams: ProbeStream.byFamily
    ) { request throws(ProbeError) in
      var record = PathRecord(probe: "stun", path: Path(site: "", target: request.target, route: .direct))
      record.loss.sent = 1
      // Silent, answering, silent.
      let run = answers.withLock { count in
        count += 1
        return count
      }
      if run == 2 { record.loss.received = 1 } else { record.condition = .unverified }
      return [ProbeMeasurement(record: record, place: "")]
    }
    func conditions(_ count: Int) async -> [PathRecord.Condition] {
      let (stream, scheduler) = records(of: kind, target: "x")
      defer { scheduler.stop() }
      return await stream.prefix(count).reduce(into: []) { $0.append($1.condition) }
    }
    #expect(await conditions(3) == [.unverified, .measured, .measured])
    // Another process, which has heard nothing itself.
    #expect(await conditions(2) == [.measured, .measured])
  }
}
