import Testing
import Wire

@testable import STAMP

@Suite struct SourceRateLimiterTests {
  /// Takes a token for each source and time in turn.
  private func take(
    _ requests: [(source: UInt32, milliseconds: Int)], from limiter: SourceRateLimiter
  ) -> [Bool] {
    var limiter = limiter
    return requests.map { request in
      limiter.take(IPAddress(v4: request.source), now: .zero + .milliseconds(request.milliseconds))
    }
  }

  @Test("A source may burst, then gets its rate")
  func rate() {
    let limiter = SourceRateLimiter(rate: 10, burst: 3, capacity: 4)
    let taken = take([(1, 5), (1, 5), (1, 5), (1, 5), (1, 104), (1, 105), (1, 105)], from: limiter)
    #expect(taken == [true, true, true, false, false, true, false])
  }

  @Test("Sources do not take each other's tokens")
  func separate() {
    let limiter = SourceRateLimiter(rate: 1, burst: 1, capacity: 4)
    #expect(take([(1, 0), (2, 0), (1, 0)], from: limiter) == [true, true, false])
  }

  @Test("A table full of busy sources makes new ones share a bucket; quiet ones give way")
  func bounded() {
    let limiter = SourceRateLimiter(rate: 1, burst: 1, capacity: 2)
    let taken = take([(1, 0), (2, 0), (3, 0), (4, 0), (4, 2_000), (5, 2_000)], from: limiter)
    #expect(taken == [true, true, true, false, true, true])
  }
}
