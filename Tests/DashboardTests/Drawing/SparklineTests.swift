import API
import Testing

@testable import Dashboard

@Suite("Sparklines")
struct SparklineTests {
  @Test("A bar is full at the limit, a gap is a dot, and colours follow the share")
  func bars() {
    let samples = [0.0, 0.5, 0.8, 1.0, 1.01, nil].map { loss in
      PathSample(
        at: 0, verdict: (loss ?? 0) > 1 ? .bad : .good, lossPercent: loss, jitterMilliseconds: nil,
        latencyMilliseconds: nil)
    }
    let bars = Sparkline.bars(samples, limits: SampleOverview.limits, columns: 8)
    #expect(bars.map(\.text).joined() == "  ▁▄▆██·")
    #expect(bars.dropFirst(2).map(\.style.role) == [.good, .good, .warning, .warning, .bad, .faint])
  }

  @Test("An interval of planned work has a mark of its own, whatever was measured")
  func planned() {
    let sample = PathSample(
      at: 0, verdict: .planned, lossPercent: 50, jitterMilliseconds: nil, latencyMilliseconds: nil)
    let bars = Sparkline.bars([sample], limits: SampleOverview.limits, columns: 1)
    #expect(bars.map(\.text) == ["◇"])
    #expect(bars.map(\.style.role) == [.accent])
  }
}
