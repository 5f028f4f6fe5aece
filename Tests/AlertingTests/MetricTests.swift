import Alerting
import Testing

@Suite struct MetricTests {
  @Test("Loss comes first, then jitter, then latency")
  func order() {
    #expect(Metric.allCases.reversed().sorted() == [.loss, .jitter, .latency])
  }
}
