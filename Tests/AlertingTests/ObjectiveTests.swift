import Alerting
import Testing

@Suite struct ObjectiveTests {
  @Test("The plan's limits are 1 %, 30 ms and 150 ms")
  func plan() {
    let objective = Objective()
    #expect(objective[.loss] == 10_000)
    #expect(objective[.jitter] == 30_000_000)
    #expect(objective[.latency] == 150_000_000)
    #expect(objective.warningPercent == 80)
  }
}
