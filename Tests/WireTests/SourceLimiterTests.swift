import Testing
import Wire

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

  @Test("A flood from addresses that are made up leaves those who are not their rate")
  func madeUp() {
    var limiter = SourceLimiter(rate: 1_000, burst: 250, seed: 1)
    var admitted = 0
    // A hundred thousand a second, no two from one address, and fifty a second from one that is real.
    for millisecond in 0..<1_000 {
      let now = start + .milliseconds(millisecond)
      for number in 0..<100 { _ = limiter.admits(IPAddress(v4: UInt32(millisecond * 100 + number)), now: now) }
      if millisecond % 20 == 0, limiter.admits(IPAddress(v4: 0xc000_0201), now: now) { admitted += 1 }
    }
    #expect(admitted == 50)
  }
}

/// The macro cannot take mutating calls apart.
private func expect(_ condition: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(condition, sourceLocation: sourceLocation)
}
