import Testing
import Wire

@Suite("Wall time")
struct WallTimeTests {
  @Test(
    "Intervals are aligned to the epoch, before it too",
    arguments: [(0, 0), (14, 0), (15, 15), (29, 15), (-1, -15), (-15, -15)])
  func floored(seconds: Int64, expected: Int64) {
    #expect(WallTime(seconds: seconds).floored(to: .seconds(15)) == WallTime(seconds: expected))
  }

  @Test("Instants are ordered and differ by durations")
  func arithmetic() {
    let start = WallTime(seconds: 1)
    #expect(start + .milliseconds(1) > start)
    #expect((start + .milliseconds(1)) - start == .milliseconds(1))
    #expect(start.nanoseconds(since: .unixEpoch) == 1_000_000_000)
  }
}
