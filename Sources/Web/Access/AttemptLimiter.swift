import Synchronization
import Wire

/// How often one address may try a one-time code: a whole fleet behind one address at once, then one a second.
final class AttemptLimiter: Sendable {
  private let limiter: Mutex<SourceLimiter>
  private let start = ContinuousClock.now
  static let burst = 200

  init() {
    limiter = Mutex(SourceLimiter(rate: 1, burst: Self.burst, seed: .random(in: .min ... .max)))
  }

  func admits(_ address: IPAddress) -> Bool {
    let now = MonotonicTime(nanoseconds: (ContinuousClock.now - start).nanoseconds)
    return limiter.withLock { $0.admits(address, now: now) }
  }
}
