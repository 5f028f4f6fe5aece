import Measurement
import Wire

/// Follows a way hop by hop, as a value in virtual time: says which packet to send next and takes what comes back.
///
/// One packet is under way at a time, so that an answer that quotes nothing of it (RFC 792 asks routers for eight bytes
/// only, which is the UDP header) still belongs to it.
struct TraceMeter: Sendable {
  static let greatestDistance = 30
  static let packetsPerHop = 3
  /// Routers answer when they have time.
  static let timeout = Duration.seconds(1)
  /// After so many silent hops in a row nobody further on will answer.
  static let silentHops = 5

  /// Who answered.
  enum Answer: Sendable {
    /// A router, because the packet had come as far as it was let.
    case router
    /// A router that lets nothing through to the target.
    case refusal
    /// The target: with an answer, or that nothing listens there.
    case target
  }

  private(set) var hops: [RouteHop] = []
  /// Who let nothing through.
  private(set) var refusedBy: IPAddress?
  private(set) var isDone = false
  private var current: (tag: UInt32, sent: MonotonicTime)?
  private var lastTag: UInt32 = 0

  /// The next packet's hop limit and mark; `nil` while one is under way, and when the way is known.
  mutating func next(at now: MonotonicTime) -> (hopLimit: UInt8, tag: UInt32)? {
    if let current, now - current.sent >= Self.timeout { self.current = nil }
    guard current == nil, !isDone else { return nil }
    if hops.last.map({ $0.sent == Self.packetsPerHop }) ?? true {
      let isSilent = hops.count >= Self.silentHops && hops.suffix(Self.silentHops).allSatisfy(\.addresses.isEmpty)
      guard hops.last?.isTarget != true, refusedBy == nil, hops.count < Self.greatestDistance, !isSilent else {
        isDone = true
        return nil
      }
      hops.append(RouteHop(distance: UInt8(hops.count + 1)))
    }
    hops[hops.count - 1].sent += 1
    lastTag &+= 1
    current = (lastTag, now)
    return (UInt8(hops.count), lastTag)
  }

  /// When to call `next` at the latest.
  var deadline: MonotonicTime { current.map { $0.sent + Self.timeout } ?? .zero }

  /// - Parameter tag: the packet's mark, where the answer quotes it.
  mutating func answered(by address: IPAddress, tag: UInt32?, _ answer: Answer, at now: MonotonicTime) {
    guard let current, tag == nil || tag == current.tag, let last = hops.indices.last else { return }
    hops[last].roundTrips.append(UInt64(max(now.nanoseconds(since: current.sent), 0)))
    if !hops[last].addresses.contains(address) { hops[last].addresses.append(address) }
    switch answer {
    case .router: break
    case .refusal: refusedBy = address
    case .target: hops[last].isTarget = true
    }
    self.current = nil
  }
}
