import Alerting
import Measurement
import Testing
import Wire

@Suite struct CallRuleTests {
  private static let interval = PathRecord.Interval(start: WallTime(seconds: 0), length: .seconds(15))

  private func judge(bad: Int, good: Int, unknown: Int = 0) -> Judgement? {
    let participants =
      (0..<bad).map { Judgement.made(0, .bad, loss: 20_000 + UInt64($0)) }
      + (0..<good).map { _ in Judgement.made(0, .good) } + (0..<unknown).map { _ in Judgement.made(0, .unknown) }
    return CallRule().judge(participants, series: PathRecord.uplink, interval: Self.interval)
  }

  @Test(
    "A site is bad with at least two bad participants who are at least 20 %",
    arguments: [
      (1, 0, Verdict.good), (1, 1, .good), (2, 0, .bad), (2, 8, .bad), (2, 9, .good), (3, 12, .bad), (3, 13, .good),
      (0, 5, .good),
    ])
  func rule(bad: Int, good: Int, verdict: Verdict) {
    #expect(judge(bad: bad, good: good)?.verdict == verdict)
  }

  @Test("Participants who cannot be judged count for nothing")
  func unknown() {
    #expect(judge(bad: 2, good: 8, unknown: 100)?.verdict == .bad)
    #expect(judge(bad: 0, good: 0, unknown: 2)?.verdict == .unknown)
    #expect(judge(bad: 0, good: 0) == nil)
  }

  @Test("A bad site shows its worst participant and how many are affected")
  func worst() throws {
    let judgement = try #require(judge(bad: 3, good: 1))
    #expect(judgement[.loss]?.value == 20_002)
    #expect(judgement.evidence.loss == .forward)
    #expect(judgement.evidence.participants == Evidence.Participants(bad: 3, judged: 4))
    #expect(judgement.series == PathRecord.uplink)
  }

  @Test("A good site does not show one person's bad Wi-Fi as its own figures")
  func shown() throws {
    let judgement = try #require(judge(bad: 1, good: 9))
    #expect(judgement[.loss]?.value == 0)
    #expect(judgement.evidence.participants == Evidence.Participants(bad: 1, judged: 10))
  }

  @Test("The calls of a site are judged together, probes each by itself")
  func series() {
    var labelled = PathRecord.uplink
    labelled.path.label = "someone"
    #expect(labelled.judged == PathRecord.uplink)
    var probe = PathRecord.probe
    probe.path.label = "voice"
    #expect(probe.judged == probe)
  }
}
