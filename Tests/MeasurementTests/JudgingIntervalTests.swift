import Measurement
import Testing

@Suite struct JudgingIntervalTests {
  @Test(
    "The shortest interval with 300 packets is taken",
    arguments: [
      (20, 15), (50, 15), (51, 60), (200, 60), (201, 300), (1_000, 300), (1_001, 900), (3_000, 900),
    ])
  func shortest(packetMilliseconds: Int, seconds: Int) {
    #expect(JudgingInterval.length(packetInterval: .milliseconds(packetMilliseconds)) == .seconds(seconds))
  }

  @Test("Fewer than 300 packets in 15 minutes cannot be judged, nor can no time between packets")
  func none() {
    #expect(JudgingInterval.length(packetInterval: .milliseconds(3_001)) == nil)
    #expect(JudgingInterval.length(packetInterval: .zero) == nil)
  }
}
