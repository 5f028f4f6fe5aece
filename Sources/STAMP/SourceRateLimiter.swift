import Wire

/// A token bucket for each source address, in a bounded table. It stands before any HMAC.
struct SourceRateLimiter: Sendable {
  /// Nanoseconds that one token takes to grow, and that a full bucket took.
  private let token: Int64
  private let burst: Int64
  let capacity: Int
  /// For each source when its bucket is full again: each token taken moves that later by one token's time.
  private var full: [IPAddress: MonotonicTime]
  /// What sources share that find the table full.
  private var sharedFull = MonotonicTime.zero
  private var nextSweep = MonotonicTime.zero

  /// `rate` tokens a second; a source that was quiet may use `burst` at once.
  init(rate: Int, burst: Int, capacity: Int) {
    token = 1_000_000_000 / Int64(min(max(rate, 1), 1_000_000_000))
    self.burst = token * Int64(min(max(burst, 1), 1_000_000))
    self.capacity = max(capacity, 1)
    full = Dictionary(minimumCapacity: self.capacity)
  }

  /// Takes a token; `false` when there is none.
  mutating func take(_ source: IPAddress, now: MonotonicTime) -> Bool {
    let known = full[source]
    if known == nil, full.count >= capacity { sweep(now) }
    let isShared = known == nil && full.count >= capacity
    let before = isShared ? sharedFull : known ?? now
    let after = max(before, now).advanced(byNanoseconds: token)
    guard after.nanoseconds(since: now) <= burst else { return false }
    if isShared { sharedFull = after } else { full[source] = after }
    return true
  }

  /// A full bucket says nothing that a new one would not: it may go. At most once a second, as it reads the whole table.
  private mutating func sweep(_ now: MonotonicTime) {
    guard now >= nextSweep else { return }
    nextSweep = now + .seconds(1)
    full = full.filter { $0.value > now }
    full.reserveCapacity(capacity)
  }
}
