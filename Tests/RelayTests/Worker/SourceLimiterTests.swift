import Testing
import Wire

@testable import Relay

@Suite struct SourceLimiterTests {
  private let start = MonotonicTime(nanoseconds: 5_000_000_000)

  @Test("A burst passes, then one datagram each interval")
  func burst() {
    var limiter = SourceLimiter(rate: 10, burst: 3, seed: 1)
    let source = IPAddress(v4: 0x0a00_0001)
    for _ in 0..<3 { expect(limiter.admits(source, now: start)) }
    expect(!limiter.admits(source, now: start))
    expect(!limiter.admits(source, now: start + .milliseconds(99)))
    expect(limiter.admits(source, now: start + .milliseconds(100)))
    expect(!limiter.admits(source, now: start + .milliseconds(100)))
  }

  @Test("A long silence fills no more than the burst")
  func refill() {
    var limiter = SourceLimiter(rate: 10, burst: 3, seed: 1)
    let source = IPAddress(v4: 0x0a00_0001)
    expect(limiter.admits(source, now: start))
    let later = start + .seconds(3_600)
    for _ in 0..<3 { expect(limiter.admits(source, now: later)) }
    expect(!limiter.admits(source, now: later))
  }

  @Test("Refused datagrams do not lengthen the wait")
  func refused() {
    var limiter = SourceLimiter(rate: 10, burst: 1, seed: 1)
    let source = IPAddress(v4: 0x0a00_0001)
    expect(limiter.admits(source, now: start))
    for _ in 0..<1_000 { expect(!limiter.admits(source, now: start)) }
    expect(limiter.admits(source, now: start + .milliseconds(100)))
  }

  @Test("One flooding source leaves another its rate; one IPv6 network is one source")
  func separate() {
    var limiter = SourceLimiter(rate: 1, burst: 1, seed: 1)
    expect(limiter.admits(IPAddress(v4: 1), now: start))
    expect(limiter.admits(IPAddress(v4: 2), now: start))
    expect(limiter.admits(IPAddress(high: 0x2001_0db8_0000_0001, low: 1), now: start))
    expect(!limiter.admits(IPAddress(high: 0x2001_0db8_0000_0001, low: 2), now: start))
  }
}
