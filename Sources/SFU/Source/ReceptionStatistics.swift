import RTP
import Wire

/// Exact counts of what the relay received of one source in one interval (the uplink of a call).
public struct ReceptionCounts: Sendable, Equatable, BitwiseCopyable {
  /// Sequence numbers the interval covers; 0 while the source is idle (muted, DTX, emptied).
  public var expected: UInt64 = 0
  /// Of those, the ones that arrived, each counted once. Retransmissions do not count.
  public var received: UInt64 = 0
  public var duplicates: UInt64 = 0
  /// Arrived after one that was sent later (RFC 4737).
  public var reordered: UInt64 = 0
  /// Lost, then repaired by retransmission: still lost in `expected − received`.
  public var recovered: UInt64 = 0
  /// Sum and number of |D| (RFC 3550 section 6.4.1) in nanoseconds; video once per frame.
  public var delayVariationSum: UInt64 = 0
  public var delayVariationCount: UInt64 = 0
  /// Payload and headers of the RTP packets.
  public var bytes: UInt64 = 0

  public init() {}
}

/// What the relay counts of one source's packets: sequence by RFC 3550 appendix A.1, loss by A.3, jitter by A.8, and the
/// exact counts of an interval for the call records.
struct ReceptionStatistics {
  /// A larger step forward is not loss but a restart, once a second packet follows (RFC 3550 appendix A.1).
  static let maximumDropout = 3000

  /// What a packet is by its sequence number alone.
  enum Position: Equatable {
    /// A new stream begins: the first packet, or the second after a jump.
    case start(Int64)
    /// In order, or ahead of what is missing before it.
    case newest(Int64)
    /// Behind the newest: reordered, repaired or a duplicate.
    case earlier(Int64)
    /// A jump that one more packet must confirm.
    case suspect
  }

  /// Packets behind the newest by more than this have no place in the ring.
  let window: Int
  /// Highest unwrapped sequence number; `nil` before the first packet. It only grows, also over restarts.
  private(set) var highest: Int64?
  /// First sequence number of the stream, for loss and for what the reports call cycles.
  private var base: Int64 = 0
  /// Distinct packets since `base`, retransmissions left out.
  private var received: Int64 = 0
  private var confirming: UInt16?
  private(set) var jitter: InterarrivalJitter
  private var lastFrame: UInt32?

  /// Expected and received when the last report was made (appendix A.3).
  private var reportedExpected: Int64 = 0
  private var reportedReceived: Int64 = 0

  /// The interval's first sequence number is the one above this.
  private(set) var intervalStart: Int64 = 0
  private var interval = ReceptionCounts()

  init(clockRate: UInt32, window: Int) {
    jitter = InterarrivalJitter(clockRate: clockRate)
    self.window = window
  }

  /// Where a packet stands, without counting it.
  func position(of sequenceNumber: UInt16) -> Position {
    guard let highest else { return .start(Int64(sequenceNumber)) }
    let distance = Int64(sequenceNumber.serialDistance(from: UInt16(truncatingIfNeeded: highest)))
    if distance > 0 && distance < Int64(Self.maximumDropout) { return .newest(highest + distance) }
    if distance <= 0 && distance > -Int64(window) { return .earlier(highest + distance) }
    guard confirming == sequenceNumber else { return .suspect }
    return .start(Self.nextStream(after: highest, beginningAt: sequenceNumber))
  }

  /// The unwrapped number of a retransmitted packet; `nil` when it has no place in the ring any more.
  func sequence(ofRetransmitted sequenceNumber: UInt16) -> Int64? {
    guard let highest else { return nil }
    let distance = Int64(sequenceNumber.serialDistance(from: UInt16(truncatingIfNeeded: highest)))
    return distance <= 0 && distance > -Int64(window) ? highest + distance : nil
  }

  /// A number for the first packet of another stream of the same source: above all given before, and far enough away
  /// that no packet of the old stream can meet one of the new.
  static func nextStream(after highest: Int64, beginningAt sequenceNumber: UInt16) -> Int64 {
    ((highest >> 16) + 2) << 16 | Int64(sequenceNumber)
  }

  mutating func suspect(_ sequenceNumber: UInt16) {
    confirming = sequenceNumber &+ 1
  }

  /// Begins a stream at `sequence`: its own loss, jitter and reports.
  mutating func begin(at sequence: Int64) {
    if let highest { interval.expected &+= UInt64(max(0, highest - intervalStart)) }
    base = sequence
    highest = sequence - 1
    received = 0
    confirming = nil
    jitter = InterarrivalJitter(clockRate: jitter.clockRate)
    lastFrame = nil
    reportedExpected = 0
    reportedReceived = 0
    intervalStart = sequence - 1
  }

  /// Counts a packet that came for the first time.
  ///
  /// - Parameter isVideo: then only the first packet of each frame tells of delay, as the others share its timestamp.
  mutating func count(
    _ sequence: Int64, timestamp: UInt32, byteCount: Int, arrival: MonotonicTime, isVideo: Bool
  ) {
    confirming = nil
    received += 1
    interval.bytes &+= UInt64(byteCount)
    countReceived(sequence)
    let isReordered = sequence < (highest ?? sequence)
    if isReordered { interval.reordered &+= 1 }
    highest = max(highest ?? sequence, sequence)
    guard !isVideo || (timestamp != lastFrame && !isReordered) else { return }
    lastFrame = timestamp
    if let difference = jitter.update(arrival: arrival, timestamp: timestamp) {
      let nanoseconds = difference * 1e9 / Double(jitter.clockRate)
      interval.delayVariationSum &+= UInt64(min(nanoseconds, 1e12))
      interval.delayVariationCount &+= 1
    }
  }

  mutating func countDuplicate(byteCount: Int) {
    interval.duplicates &+= 1
    interval.bytes &+= UInt64(byteCount)
  }

  /// A hole was filled by retransmission: it stays lost, and is recovered.
  mutating func countRecovered(_ sequence: Int64, byteCount: Int) {
    interval.bytes &+= UInt64(byteCount)
    if sequence > intervalStart { interval.recovered &+= 1 }
  }

  /// The original of a recovered packet came after all.
  mutating func countLate(_ sequence: Int64, byteCount: Int) {
    received += 1
    interval.bytes &+= UInt64(byteCount)
    interval.reordered &+= 1
    countReceived(sequence)
    if sequence > intervalStart { interval.recovered &-= min(1, interval.recovered) }
  }

  private mutating func countReceived(_ sequence: Int64) {
    if sequence > intervalStart { interval.received &+= 1 }
  }

  /// Ends the interval with the packet `end` and begins the next.
  ///
  /// - Parameters:
  ///   - received, recovered: how many of the packets after `end` have come already, in either way: they belong to the
  ///     next interval.
  mutating func closeInterval(end: Int64, received: Int, recovered: Int) -> ReceptionCounts {
    var closed = interval
    closed.expected &+= UInt64(max(0, end - intervalStart))
    closed.received -= min(UInt64(received), closed.received)
    closed.recovered -= min(UInt64(recovered), closed.recovered)
    intervalStart = max(intervalStart, end)
    interval = ReceptionCounts()
    interval.received = UInt64(received)
    interval.recovered = UInt64(recovered)
    return closed
  }

  /// Loss since the last report and in all (appendix A.3), and the highest number as reports carry it.
  mutating func report() -> (fractionLost: UInt8, cumulativeLost: Int32, extendedHighest: UInt32)? {
    guard let highest, received > 0 else { return nil }
    let expected = highest - base + 1
    let expectedInterval = expected - reportedExpected
    let lostInterval = expectedInterval - (received - reportedReceived)
    reportedExpected = expected
    reportedReceived = received
    let fraction =
      expectedInterval > 0 && lostInterval > 0
      ? UInt8(truncatingIfNeeded: min(255, lostInterval * 256 / expectedInterval)) : 0
    return (
      fraction, Int32(clamping: expected - received),
      UInt32(truncatingIfNeeded: highest - (base & ~0xffff))
    )
  }
}
