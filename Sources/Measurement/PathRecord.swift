import Wire

/// What was measured on one path during one interval of time, by one origin.
///
/// The one currency of the system: probes, calls and captures make it, agents spool it, the monitor stores and judges
/// it. It holds exact counts and sums, never averages, so that records of one path merge.
public struct PathRecord: Sendable, Equatable {
  /// Version of the wire form; a reader refuses a newer one in a sentence and reads all older ones.
  public static let schemaVersion: UInt16 = 1

  public var id: ID
  public var origin: Origin
  public var interval: Interval
  /// Size of the measured packets' UDP payload in bytes; `nil` where they vary.
  public var packetBytes: UInt16?
  /// DSCP the packets were sent with and, for each value seen on arrival, how often.
  public var dscp: DSCPSeen
  public var loss: LossCounts
  /// Round trip of each answered packet, in nanoseconds. Empty where the origin has none.
  public var roundTrip: Distribution
  /// One way, only where both clocks were known good (`clock`).
  public var forwardDelay: Distribution
  public var reverseDelay: Distribution
  /// |D| of RFC 3550 between consecutive packets, in nanoseconds: its mean is what is judged.
  public var delayVariation: Distribution
  /// RFC 3550's J at the interval's end in nanoseconds: shown for comparison, never judged.
  public var rfc3550Jitter: UInt64?
  public var clock: ClockQuality
  public var timestamps: TimestampSource
  /// Why the measurement itself cannot be trusted fully; empty when it can.
  public var degradations: Set<Degradation>

  /// Deterministic, so that a record sent twice is stored once.
  public struct ID: Sendable, Hashable {
    /// The agent (or relay) that measured: its configured name.
    public var agent: String
    /// Drawn at random at each start of the agent.
    public var boot: UInt64
    public var path: Path
    public var intervalStart: WallTime
    /// Corrections of the same interval count up; the highest replaces the others.
    public var revision: UInt32
  }

  /// Never merged with one another.
  public enum Origin: Sendable, Hashable {
    /// An active probe and its kind, `stamp` for instance.
    case probe(kind: String)
    /// A participant's media through the relay.
    case call(CallSegment)
    case capture
  }

  /// Which part of a call a record speaks of.
  public enum CallSegment: String, Sendable, Hashable, CaseIterable {
    /// Participant to relay: what the relay itself received.
    case uplink
    /// Relay to participant: what the receiver reported, less the holes the relay forwarded.
    case downlink
  }

  public struct Interval: Sendable, Hashable {
    public var start: WallTime
    public var length: Duration

    public var end: WallTime { start + length }

    public init(start: WallTime, length: Duration) {
      self.start = start
      self.length = length
    }
  }
}

/// From a site to a target, by a route.
public struct Path: Sendable, Hashable, Comparable {
  /// Configured id of the site the packets start from.
  public var site: String
  /// Configured id of the target: a site, a relay or a service.
  public var target: String
  public var route: Route
  /// Tells paths apart that share the rest: a job's name or, for calls, the participant's opaque id. Empty for most.
  public var label: String

  public init(site: String, target: String, route: Route, label: String = "") {
    self.site = site
    self.target = target
    self.route = route
    self.label = label
  }

  public enum Route: String, Sendable, Hashable, CaseIterable {
    case direct
    case proxy
    case relay
  }

  public static func < (left: Path, right: Path) -> Bool {
    (left.site, left.target, left.route.rawValue, left.label)
      < (right.site, right.target, right.route.rawValue, right.label)
  }
}

/// Exact counts of an interval's packets, each counted in the interval it was sent in.
public struct LossCounts: Sendable, Equatable {
  public var sent: UInt64 = 0
  /// Answered (or received, where the origin is a receiver) in time; duplicates not counted again.
  public var received: UInt64 = 0
  /// Lost on the way there and back, where the reflector is stateful; else both are `nil` and `roundTripLost` counts.
  public var forwardLost: UInt64?
  public var reverseLost: UInt64?
  public var roundTripLost: UInt64 = 0
  /// Lost because it came after the timeout of 2 s.
  public var late: UInt64 = 0
  public var duplicates: UInt64 = 0
  /// RFC 4737: received, but after a packet that was sent later.
  public var reordered: UInt64 = 0
  /// Received, but later than the path's minimum + 60 ms: no use to a meeting.
  public var discarded: UInt64 = 0
  /// Repaired by retransmission: still counted as lost.
  public var recovered: UInt64 = 0
  /// How many bursts of 1, 2, 3, 4, 5–9 and 10 or more consecutive losses.
  public var bursts = BurstCounts()

  public init() {}
}

public struct BurstCounts: Sendable, Equatable {
  /// Bursts of length 1, 2, 3, 4, 5–9, 10 and more.
  public var counts: [UInt64] = Array(repeating: 0, count: 6)
  public var longest: UInt64 = 0

  public init() {}
}

public struct DSCPSeen: Sendable, Equatable {
  public var sent: UInt8 = 0
  /// DSCP on arrival at the far end (forward), by value.
  public var arrived: [UInt8: UInt64] = [:]

  public init() {}
}

/// How far the interval's clocks can be trusted for one-way figures.
public struct ClockQuality: Sendable, Equatable {
  /// Both ends say they are synchronised and nothing contradicts them.
  public var isSynchronized = false
  /// Sum of both ends' stated errors in nanoseconds; `nil` when unknown.
  public var errorNanoseconds: UInt64?

  public init() {}
}

public enum TimestampSource: String, Sendable, Hashable, CaseIterable {
  case kernel
  case userSpace
}

public enum Degradation: String, Sendable, Hashable, CaseIterable {
  /// Sending was more than 5 ms late.
  case schedulerLate
  case sendErrors
  case captureDrops
  case clockStepped
  /// The interval was cut short by a start, a stop or a restart of either side.
  case partial
}
