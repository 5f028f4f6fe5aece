/// One rate for each source address (IPv6: each /64): what a datagram must pass before anything is computed for it.
///
/// The generic cell rate algorithm (ITU-T I.371): a bucket is the instant up to which its tokens are spent. The table is
/// fixed and without keys: sources whose hashes collide share a bucket, so no flood can make it grow or push an honest
/// source's state out. The seed keeps an attacker from choosing whom to collide with.
public struct SourceLimiter: Sendable {
  private static let size = 4_096

  private let seed: UInt64
  /// Nanoseconds that one datagram costs, and how far ahead of now a bucket may be.
  private let cost: Int64
  private let tolerance: Int64
  private var buckets: [MonotonicTime]

  /// - Parameters:
  ///   - rate: datagrams a second, 1 to 1,000,000.
  ///   - burst: datagrams at once, 1 to 1,000,000.
  ///   - seed: random.
  public init(rate: Int, burst: Int, seed: UInt64) {
    precondition((1...1_000_000).contains(rate) && (1...1_000_000).contains(burst), "a limit lets something through")
    self.seed = seed
    cost = 1_000_000_000 / Int64(rate)
    tolerance = cost * Int64(burst - 1)
    buckets = Array(repeating: MonotonicTime(nanoseconds: .min), count: Self.size)
  }

  /// Whether a datagram from `address` may go on; spends a token when it may.
  public mutating func admits(_ address: IPAddress, now: MonotonicTime) -> Bool {
    let index = index(of: address)
    let spent = max(buckets[index], now)
    guard spent <= now.advanced(byNanoseconds: tolerance) else { return false }
    buckets[index] = spent.advanced(byNanoseconds: cost)
    return true
  }

  private func index(of address: IPAddress) -> Int {
    let network = address.sourceNetwork
    let product = (network.high ^ network.low ^ seed).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return Int(truncatingIfNeeded: (product.high ^ product.low) % UInt64(Self.size))
  }
}
