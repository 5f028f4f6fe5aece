import Wire

/// One direction of a path in virtual time: loses and delays by its seed.
struct SimulatedLink {
  var loss = 0.0
  /// Nanoseconds.
  var delay: Int64 = 5_000_000
  /// Up to this much more, evenly: above a packet's spacing it reorders.
  var jitter: Int64 = 0
  private(set) var lost = 0

  /// When a datagram sent `now` arrives; `nil` when it is lost.
  mutating func arrival(_ now: MonotonicTime, _ generator: inout SplitMix64) -> MonotonicTime? {
    if loss > 0, Double.random(in: 0..<1, using: &generator) < loss {
      lost += 1
      return nil
    }
    return now.advanced(byNanoseconds: delay + (jitter > 0 ? Int64.random(in: 0...jitter, using: &generator) : 0))
  }

  init(loss: Double = 0, delay: Int64 = 5_000_000, jitter: Int64 = 0) {
    self.loss = loss
    self.delay = delay
    self.jitter = jitter
  }
}
