/// Exact counts of an interval's packets, each counted in the interval it was sent in.
public struct LossCounts: Sendable, Equatable {
  public var sent: UInt64
  /// Answered (or received, where the origin is a receiver) in time; duplicates not counted again.
  public var received: UInt64
  /// Lost on the way there; `nil` where nothing tells the directions apart (a stateless reflector).
  public var forwardLost: UInt64?
  /// Lost on the way back; `nil` as above, and where the origin sees only one way.
  public var reverseLost: UInt64?
  /// Lost on the way there or back: nothing tells where.
  public var roundTripLost: UInt64
  /// Lost because it came after the timeout of 2 s.
  public var late: UInt64
  public var duplicates: UInt64
  /// RFC 4737: received, but after a packet that was sent later.
  public var reordered: UInt64
  /// Received, but later than the path's minimum + 60 ms: no use to a meeting.
  public var discarded: UInt64
  /// Repaired by retransmission: still counted as lost.
  public var recovered: UInt64
  /// Sent to a host that answered that nothing listens there. Neither sent nor lost by the counts above.
  public var refused: UInt64
  /// How many bursts of 1, 2, 3, 4, 5–9 and 10 or more consecutive losses.
  public var bursts: BurstCounts

  public init(
    sent: UInt64 = 0, received: UInt64 = 0, forwardLost: UInt64? = nil, reverseLost: UInt64? = nil,
    roundTripLost: UInt64 = 0, late: UInt64 = 0, duplicates: UInt64 = 0, reordered: UInt64 = 0, discarded: UInt64 = 0,
    recovered: UInt64 = 0, refused: UInt64 = 0, bursts: BurstCounts = BurstCounts()
  ) {
    self.sent = sent
    self.received = received
    self.forwardLost = forwardLost
    self.reverseLost = reverseLost
    self.roundTripLost = roundTripLost
    self.late = late
    self.duplicates = duplicates
    self.reordered = reordered
    self.discarded = discarded
    self.recovered = recovered
    self.refused = refused
    self.bursts = bursts
  }

  /// All that were lost, in whichever direction.
  public var lost: UInt64 { sent > received ? sent - received : 0 }

  /// Losses of the worse direction, as lost of sent that way. Losses that may belong to either count in both; without
  /// any directions these are the losses of the whole round trip.
  public var worseDirection: (lost: UInt64, sent: UInt64) {
    guard let forwardLost, let reverseLost else { return (lost, sent) }
    let forward = (lost: min(forwardLost &+ roundTripLost, sent), sent: sent)
    let arrived = sent - min(forwardLost, sent)
    let reverse = (lost: min(reverseLost &+ roundTripLost, arrived), sent: arrived)
    let isReverseWorse =
      reverse.lost.multipliedFullWidth(by: forward.sent)
      > forward.lost.multipliedFullWidth(by: reverse.sent)
    return isReverseWorse ? reverse : forward
  }

  /// Mean length of the bursts ÷ what it were if the same losses were random; 1 without losses, and at the least.
  public var burstRatio: Double {
    let count = bursts.counts.reduce(0, &+)
    guard count > 0, lost > 0, sent > lost else { return 1 }
    return max(Double(lost) / Double(count) * (1 - Double(lost) / Double(sent)), 1)
  }

  /// Adds another interval's counts of the same path and origin.
  public mutating func merge(_ other: LossCounts) {
    sent &+= other.sent
    received &+= other.received
    forwardLost = Self.sum(forwardLost, other.forwardLost)
    reverseLost = Self.sum(reverseLost, other.reverseLost)
    roundTripLost &+= other.roundTripLost
    late &+= other.late
    duplicates &+= other.duplicates
    reordered &+= other.reordered
    discarded &+= other.discarded
    recovered &+= other.recovered
    refused &+= other.refused
    bursts.merge(other.bursts)
  }

  private static func sum(_ left: UInt64?, _ right: UInt64?) -> UInt64? {
    guard left != nil || right != nil else { return nil }
    return (left ?? 0) &+ (right ?? 0)
  }
}

/// Runs of consecutive losses by their length, each counted where it ends.
public struct BurstCounts: Sendable, Equatable {
  /// Bursts of length 1, 2, 3, 4, 5–9, 10 and more.
  public private(set) var counts: [UInt64]
  /// The longest burst's length.
  public private(set) var longest: UInt64

  public static let classes = 6

  public init() {
    counts = Array(repeating: 0, count: Self.classes)
    longest = 0
  }

  /// From stored counts; `nil` unless there is one for each class.
  public init?(counts: [UInt64], longest: UInt64) {
    guard counts.count == Self.classes else { return nil }
    self.counts = counts
    self.longest = longest
  }

  /// Counts one whole burst.
  public mutating func record(length: UInt64) {
    guard length > 0 else { return }
    counts[length >= 10 ? 5 : length >= 5 ? 4 : Int(length) - 1] &+= 1
    longest = max(longest, length)
  }

  public mutating func merge(_ other: BurstCounts) {
    for index in counts.indices { counts[index] &+= other.counts[index] }
    longest = max(longest, other.longest)
  }
}
