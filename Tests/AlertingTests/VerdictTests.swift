import Alerting
import Testing

@Suite struct VerdictTests {
  @Test(
    "A value equal to its limit passes, one unit more breaks it",
    arguments: [(Metric.loss, 10_000), (.jitter, 30_000_000), (.latency, 150_000_000)] as [(Metric, UInt64)])
  func inclusive(metric: Metric, limit: UInt64) {
    #expect(!Finding(metric: metric, value: limit, objective: Objective()).isBreach)
    #expect(Finding(metric: metric, value: limit + 1, objective: Objective()).isBreach)
  }

  @Test("A warning begins above 80 % of the limit")
  func warning() {
    #expect(!Finding(metric: .jitter, value: 24_000_000, objective: Objective()).isWarning)
    #expect(Finding(metric: .jitter, value: 24_000_001, objective: Objective()).isWarning)
  }

  @Test("What is only shown breaks nothing")
  func notJudged() {
    #expect(!Finding(metric: .jitter, value: .max, objective: Objective(), isJudged: false).isBreach)
  }

  @Test("Breaches are compared by their share of the limit")
  func worse() {
    let loss = Finding(metric: .loss, value: 30_000, objective: Objective())
    let latency = Finding(metric: .latency, value: 300_000_000, objective: Objective())
    #expect(loss.isWorse(than: latency))
    #expect(!latency.isWorse(than: loss))
  }

  @Test("Limits of zero and the greatest values do not trap")
  func extremes() {
    let zero = Objective(loss: 0, jitter: 0, latency: 0, warningPercent: .max)
    let finding = Finding(metric: .loss, value: .max, objective: zero)
    #expect(finding.isBreach && finding.isWarning)
    #expect(!finding.isWorse(than: finding))
  }
}
