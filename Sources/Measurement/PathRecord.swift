import Wire

/// What was measured on one path during one interval of time, by one origin.
///
/// The one currency of the system: probes, calls and captures make it, agents spool it, the monitor stores and judges
/// it. It holds exact counts and sums, never averages, so that records of one path merge.
public struct PathRecord: Sendable, Equatable {
  /// Version of the wire form; a reader refuses a newer one in a sentence and reads all older ones.
  public static let schemaVersion: UInt16 = 4

  public var id: ID
  /// How long the interval is that starts at `id.intervalStart`.
  public var length: Duration
  public var condition: Condition
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
  /// One-way delay above the path's least, in nanoseconds, for origins that cannot know the delay itself (RFC 5481's
  /// PDV is its 95th percentile). Empty where `roundTrip` says it better.
  public var excessDelay: Distribution
  /// |D| of RFC 3550 between consecutive packets, in nanoseconds: its mean is what is judged. On the way there or, for
  /// a receiver's record, on the way it saw; of the round trip, where a probe sees no more. The clocks' difference cancels out, so they need not be synchronised.
  public var delayVariation: Distribution
  /// The same on the way back; empty where there is none.
  public var reverseDelayVariation: Distribution
  /// RFC 3550's J at the interval's end in nanoseconds: shown for comparison, never judged.
  public var rfc3550Jitter: UInt64?
  public var clock: ClockQuality
  public var timestamps: TimestampSource
  /// Why the measurement itself cannot be trusted fully; empty when it can.
  public var degradations: Set<Degradation>
  /// How long each step of an exchange took, in nanoseconds. Steps that the origin does not know are absent; one that
  /// is there lies within `roundTrip`.
  public var phases: [Phase: Distribution]
  /// When the first of the certificates that were shown expires.
  public var certificateExpiry: WallTime?
  /// What a provider says of its own service: the worst it said.
  public var service: ServiceState?
  /// What a listener would have heard.
  public var playout: Playout?
  /// The way to the target, of probes that follow it.
  public var hops: [RouteHop] = []

  public init(
    id: ID, length: Duration, condition: Condition = .measured, packetBytes: UInt16? = nil,
    dscp: DSCPSeen = DSCPSeen(), loss: LossCounts = LossCounts(), roundTrip: Distribution = Distribution(),
    forwardDelay: Distribution = Distribution(), reverseDelay: Distribution = Distribution(),
    excessDelay: Distribution = Distribution(), delayVariation: Distribution = Distribution(),
    reverseDelayVariation: Distribution = Distribution(), rfc3550Jitter: UInt64? = nil,
    clock: ClockQuality = ClockQuality(), timestamps: TimestampSource = .userSpace,
    degradations: Set<Degradation> = [], phases: [Phase: Distribution] = [:], certificateExpiry: WallTime? = nil,
    service: ServiceState? = nil, playout: Playout? = nil
  ) {
    self.id = id
    self.length = length
    self.condition = condition
    self.packetBytes = packetBytes
    self.dscp = dscp
    self.loss = loss
    self.roundTrip = roundTrip
    self.forwardDelay = forwardDelay
    self.reverseDelay = reverseDelay
    self.excessDelay = excessDelay
    self.delayVariation = delayVariation
    self.reverseDelayVariation = reverseDelayVariation
    self.rfc3550Jitter = rfc3550Jitter
    self.clock = clock
    self.timestamps = timestamps
    self.degradations = degradations
    self.phases = phases
    self.certificateExpiry = certificateExpiry
    self.service = service
    self.playout = playout
  }

  /// Deterministic, so that a record sent twice is stored once.
  public struct ID: Sendable, Hashable {
    /// The agent (or relay) that measured: its configured name.
    public var agent: String
    /// Drawn at random at each start of the agent.
    public var boot: UInt64
    public var path: Path
    /// Never merged with one another, so two origins may speak of one path and interval.
    public var origin: Origin
    public var intervalStart: WallTime
    /// Corrections of the same interval count up; the highest replaces the others.
    public var revision: UInt32

    public init(
      agent: String, boot: UInt64, path: Path, origin: Origin, intervalStart: WallTime, revision: UInt32 = 0
    ) {
      self.agent = agent
      self.boot = boot
      self.path = path
      self.origin = origin
      self.intervalStart = intervalStart
      self.revision = revision
    }

    /// The same for all revisions of one record.
    public var unrevised: ID {
      ID(agent: agent, boot: boot, path: path, origin: origin, intervalStart: intervalStart)
    }
  }

  public var path: Path { id.path }
  public var origin: Origin { id.origin }
  public var interval: Interval { Interval(start: id.intervalStart, length: length) }
  public var series: Series { Series(path: id.path, origin: id.origin) }

  /// What is judged on its own: one path as one origin sees it.
  public struct Series: Sendable, Hashable, Codable, Comparable {
    public var path: Path
    public var origin: Origin

    public init(path: Path, origin: Origin) {
      self.path = path
      self.origin = origin
    }

    public static func < (left: Series, right: Series) -> Bool {
      (left.path, left.origin.description) < (right.path, right.origin.description)
    }
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

  /// What kind of interval it was.
  public enum Condition: String, Sendable, Hashable, CaseIterable {
    /// Packets were to flow: judged by the counts.
    case measured
    /// Muted, silent (DTX) or nothing to send: neither lost nor unknown.
    case idle
    /// The receiver stopped reporting while packets were sent to it.
    case receiverSilent
    /// The host answers and nothing listens there: not loss.
    case targetDown
    /// The target has never answered: it may be one that answers nobody, so silence says nothing of the path.
    case unverified
    /// Something answered, and what it says cannot be told.
    case unreadable
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

public struct DSCPSeen: Sendable, Equatable {
  /// 0–63.
  public var sent: UInt8
  /// DSCP on arrival at the far end (forward), by value.
  public var arrived: [UInt8: UInt64]

  public init(sent: UInt8 = 0, arrived: [UInt8: UInt64] = [:]) {
    self.sent = sent
    self.arrived = arrived
  }
}

/// How far the interval's clocks can be trusted for one-way figures.
public struct ClockQuality: Sendable, Equatable {
  /// Both ends say they are synchronised and nothing contradicts them.
  public var isSynchronized: Bool
  /// Sum of both ends' stated errors in nanoseconds; `nil` when unknown.
  public var errorNanoseconds: UInt64?

  public init(isSynchronized: Bool = false, errorNanoseconds: UInt64? = nil) {
    self.isSynchronized = isSynchronized
    self.errorNanoseconds = errorNanoseconds
  }
}

/// A step of an exchange that begins with a name and ends with an answer, in their order.
public enum Phase: String, Sendable, Hashable, CaseIterable {
  case nameLookup
  /// TCP, to the target or to its proxy.
  case connect
  /// TLS; through a proxy, asking it for the way to the target too.
  case tlsHandshake
  /// From the request's end to the answer's first byte.
  case firstByte
  case transfer
}

/// What a provider says of its service, in rising gravity.
public enum ServiceState: String, Sendable, Hashable, Codable, CaseIterable {
  case operational
  /// Planned work.
  case maintenance
  case degraded
  case outage
}

/// Audio as a decoder with a buffer of fixed length plays it.
public struct Playout: Sendable, Equatable {
  /// Frames that should have been heard.
  public var frames: UInt64
  /// Of those, the ones the decoder had to make up.
  public var concealedFrames: UInt64

  public init(frames: UInt64 = 0, concealedFrames: UInt64 = 0) {
    self.frames = frames
    self.concealedFrames = concealedFrames
  }
}

/// One router on the way, or the target itself, as a trace found it.
public struct RouteHop: Sendable, Hashable {
  /// How many hops away: 1 is the next router.
  public var distance: UInt8
  /// Who answered, each once, in order: more than one where the way divides.
  public var addresses: [IPAddress] = []
  /// In nanoseconds; one for each answer.
  public var roundTrips: [UInt64] = []
  public var sent: UInt8 = 0
  /// It is the target.
  public var isTarget = false

  /// What a record holds of a route at the most.
  public static let limit = 64
  /// Addresses, and round trips, of one hop at the most.
  public static let answerLimit = 16

  public init(distance: UInt8) {
    self.distance = distance
  }
}

extension Path {
  /// Of routes that were followed because something was wrong; others are labelled as everything else is.
  public static let incidentRouteLabel = "incident"
}

/// How packets were stamped, best first.
public enum TimestampSource: String, Sendable, Hashable, CaseIterable {
  /// By the kernel, on departure and on arrival, as far as there are both.
  case kernel
  /// By the kernel on arrival; on departure by the program, just before.
  case kernelArrivals
  case userSpace

  /// Of two kinds of packets together.
  public func merged(with other: TimestampSource) -> TimestampSource {
    let order = Self.allCases
    return order.last { $0 == self || $0 == other } ?? self
  }
}

public enum Degradation: String, Sendable, Hashable, CaseIterable {
  /// Sending was more than 5 ms late.
  case schedulerLate
  case sendErrors
  case captureDrops
  case clockStepped
  /// The agent's clock was off by more than a second: the monitor has moved the interval to where it belongs, to within
  /// half a second.
  case restamped
  /// The interval was cut short by a start, a stop or a restart of either side.
  case partial
}
