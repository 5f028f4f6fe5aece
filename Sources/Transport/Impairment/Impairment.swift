import Wire

/// A bad network as a value: decides for each datagram whether and when it leaves, from a seed and virtual time.
///
/// The same seed, conditions and arrivals give the same fates. Every datagram draws the same number of random values,
/// so switching, say, jitter on does not change which datagrams are lost.
public struct Impairment: Sendable {
  public struct Conditions: Sendable, Equatable {
    /// Of a million datagrams, how many are lost, independently of one another.
    public var lossPerMillion = 0
    /// What every datagram waits.
    public var delay = Duration.zero
    /// What a datagram waits on top: evenly from zero to this. The order is kept.
    public var jitter = Duration.zero
    /// What a datagram waits on top when a queue fills evenly from empty to this over `rampDuration`, which begins with
    /// the first datagram; then the queue is empty again. The order is kept.
    public var ramp = Duration.zero
    public var rampDuration = Duration.seconds(15)
    /// How long the line stands still, once, `spikeAfter` the first datagram. The order is kept.
    public var spike = Duration.zero
    public var spikeAfter = Duration.seconds(1)
    /// Of a million datagrams, how many are held back by `reorderingDelay` and may be overtaken.
    public var reorderingPerMillion = 0
    public var reorderingDelay = Duration.milliseconds(30)
    /// Of a million datagrams, how many leave twice.
    public var duplicationPerMillion = 0
    /// Bits per second of UDP payload; `nil` is without bound.
    public var bitsPerSecond: Int?
    /// What may wait for a rate-bound line, in bytes; more is lost.
    public var queueBytes = 64_000

    public init() {}

    public static let none = Conditions()
  }

  public enum Fate: Sendable, Equatable {
    case lost
    /// Lost because the line's queue was full.
    case queueFull
    case departs(at: MonotonicTime)
    case departsTwice(at: MonotonicTime)
  }

  /// May be switched at any time; datagrams already decided keep their fate.
  public var conditions: Conditions {
    didSet {
      if conditions != oldValue { firstDecision = nil }
    }
  }
  private var random: SplitMix64
  /// The order of departures is kept from here on.
  private var lastDeparture = MonotonicTime.zero
  /// When the line will have sent all it has taken.
  private var lineFree = MonotonicTime.zero
  /// Under these conditions: ramp and spike count from it.
  private var firstDecision: MonotonicTime?

  public init(seed: UInt64, conditions: Conditions = .none) {
    random = SplitMix64(seed: seed)
    self.conditions = conditions
  }

  /// The fate of a datagram that arrives `now`, no earlier than those before it.
  public mutating func decide(bytes: Int, now: MonotonicTime) -> Fate {
    let isLost = chance(conditions.lossPerMillion)
    let isHeldBack = chance(conditions.reorderingPerMillion)
    let isDoubled = chance(conditions.duplicationPerMillion)
    let jitter = Int64(random.next() >> 11) % (max(conditions.jitter.nanoseconds, 0) + 1)
    let first = firstDecision ?? now
    firstDecision = first
    if isLost { return .lost }
    guard let sent = serialize(bytes, now: now) else { return .queueFull }
    let due = sent.advanced(
      byNanoseconds: conditions.delay.nanoseconds + jitter + queued(after: now.nanoseconds(since: first)))
    var departure = max(due, lastDeparture)
    if isHeldBack {
      departure = departure + conditions.reorderingDelay
    } else {
      lastDeparture = departure
    }
    return isDoubled ? .departsTwice(at: departure) : .departs(at: departure)
  }

  /// What ramp and spike add for a datagram that comes `elapsed` after the first.
  private func queued(after elapsed: Int64) -> Int64 {
    var added: Int64 = 0
    let rampDuration = max(conditions.rampDuration.nanoseconds, 1)
    if elapsed < rampDuration {
      added = Int64(Double(conditions.ramp.nanoseconds) * Double(elapsed) / Double(rampDuration))
    }
    let sinceSpike = elapsed - conditions.spikeAfter.nanoseconds
    if sinceSpike >= 0 { added += max(conditions.spike.nanoseconds - sinceSpike, 0) }
    return added
  }

  private mutating func chance(_ perMillion: Int) -> Bool {
    Int(random.next() % 1_000_000) < perMillion
  }

  /// When the line has sent the datagram, `nil` when its queue is full.
  private mutating func serialize(_ bytes: Int, now: MonotonicTime) -> MonotonicTime? {
    guard let rate = conditions.bitsPerSecond, rate > 0 else { return now }
    let start = max(lineFree, now)
    let waiting = Double(start.nanoseconds(since: now)) * Double(rate) / 8e9
    guard waiting <= Double(conditions.queueBytes) else { return nil }
    lineFree = start.advanced(byNanoseconds: Int64(Double(bytes) * 8e9 / Double(rate)))
    return lineFree
  }
}
