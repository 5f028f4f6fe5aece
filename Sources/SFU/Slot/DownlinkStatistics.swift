import RTP
import Wire

/// What one receiver says of one slot in one interval (the downlink of a call).
public struct DownlinkCounts: Sendable, Equatable {
  public enum State: UInt8, Sendable {
    /// Nothing was sent.
    case idle
    case reported
    /// We sent, and no report block came for longer than the receiver's reports are apart.
    case silent
  }

  public var isAudio: Bool
  public var state: State = .idle
  /// Sequence numbers the receiver's reports cover.
  public var expected: UInt64 = 0
  /// Of those, the ones it did not get, less the holes the relay itself forwarded; never below 0.
  public var lost: UInt64 = 0
  /// Holes the relay forwarded, in the packets sent.
  public var forwardedHoles: UInt64 = 0
  public var sentPackets: UInt64 = 0
  public var sentBytes: UInt64 = 0
  public var retransmittedPackets: UInt64 = 0
  /// As the receiver reports it, in nanoseconds; contains the sender's uplink.
  public var jitter: UInt64?
}

/// What one receiver reports of one slot, over an interval.
///
/// Differences of the cumulative figures are taken, never the fraction lost, and the holes the relay itself forwarded are
/// taken off: they are the sender's loss.
struct DownlinkStatistics {
  private var lastHighest: Int64?
  private var lastLost: Int32 = 0
  private var lost: Int64 = 0
  private var counts: DownlinkCounts

  init(isAudio: Bool) {
    counts = DownlinkCounts(isAudio: isAudio)
  }

  mutating func sent(byteCount: Int, isRetransmission: Bool) {
    if isRetransmission { counts.retransmittedPackets &+= 1 } else { counts.sentPackets &+= 1 }
    counts.sentBytes &+= UInt64(byteCount)
  }

  /// Takes a report block about the slot that `forwarder` writes.
  mutating func report(_ block: ReportBlock, of forwarder: borrowing Forwarder, clockRate: UInt32) {
    let highest = forwarder.unwrap(UInt16(truncatingIfNeeded: block.extendedHighestSequenceNumber))
    let previous = lastHighest ?? forwarder.start
    // Nothing new, or of packets we have not sent: not ours.
    guard highest > previous, highest <= forwarder.highest else { return }
    let expected = highest - previous
    let change = Int64(block.cumulativeLost) - Int64(lastLost)
    let holes = Int64(forwarder.holes(in: (previous + 1)..<(highest + 1)))
    lost += min(max(change, -expected), expected) - holes
    counts.expected &+= UInt64(expected)
    counts.forwardedHoles &+= UInt64(holes)
    counts.jitter = UInt64(block.jitter) * 1_000_000_000 / UInt64(clockRate)
    lastHighest = highest
    lastLost = block.cumulativeLost
  }

  /// The interval's figures; the next begins.
  mutating func take() -> DownlinkCounts {
    var taken = counts
    taken.expected -= min(taken.expected, taken.forwardedHoles)
    taken.lost = min(UInt64(max(0, lost)), taken.expected)
    taken.state = taken.expected > 0 ? .reported : taken.sentPackets > 0 ? .silent : .idle
    counts = DownlinkCounts(isAudio: counts.isAudio)
    // A repair that came after its report is taken off the next interval.
    lost = min(0, lost)
    return taken
  }
}
