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

/// One source's interval.
public struct SourceInterval: Sendable, Equatable {
  public var kind: SourceKind
  public var counts: ReceptionCounts
  /// Interarrival jitter J at the interval's end, in nanoseconds: shown, never judged.
  public var jitter: UInt64
}

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

/// One participant's interval. Taking it starts the next.
public struct ParticipantInterval: Sendable, Equatable {
  public var participant: String
  public var sources: [SourceInterval] = []
  public var slots: [DownlinkCounts] = []
  /// Round trips by the receiver's reports (LSR, DLSR), in nanoseconds, at most 64.
  public var roundTrips: [UInt64] = []
}
