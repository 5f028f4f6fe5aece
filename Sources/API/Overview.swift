/// Everything the dashboard shows, at one moment. Figures are numbers with the unit in the name; texts are for people.
public struct Overview: Codable, Sendable, Equatable {
  /// Version of this shape.
  public var version = 1
  /// When it was made, seconds since 1970.
  public var madeAt: Double
  public var sites: [SiteStatus]
  public var paths: [PathStatus]
  public var meetings: [MeetingStatus]
  public var incidents: [IncidentStatus]
  /// What is wrong with the monitoring itself; absent while nothing is.
  public var troubles: [TroubleStatus]?
  /// The sites' agents, without the figures that change with every report (`GET /v1/agents` has them); absent where there
  /// are none.
  public var agents: [AgentStatus]?
  /// Announced work that goes on or comes next, by its start; absent where there is none.
  public var planned: [PlannedWorkBody]?

  public init(
    madeAt: Double, sites: [SiteStatus], paths: [PathStatus], meetings: [MeetingStatus], incidents: [IncidentStatus],
    troubles: [TroubleStatus] = [], agents: [AgentStatus] = [], planned: [PlannedWorkBody] = []
  ) {
    self.madeAt = madeAt
    self.sites = sites
    self.paths = paths
    self.meetings = meetings
    self.incidents = incidents
    self.troubles = troubles.isEmpty ? nil : troubles
    self.agents = agents.isEmpty ? nil : agents
    self.planned = planned.isEmpty ? nil : planned
  }
}

public enum VerdictName: String, Codable, Sendable, CaseIterable {
  case good, bad, unknown, planned
}

/// A name in both languages; `en` falls back to `ja` and the id.
public struct LocalizedName: Codable, Sendable, Hashable {
  public var ja: String
  public var en: String

  public init(ja: String, en: String) {
    self.ja = ja
    self.en = en
  }
}

/// A site's verdict is the worst of its paths'.
public struct SiteStatus: Codable, Sendable, Equatable {
  public var id: String
  public var name: LocalizedName
  public var verdict: VerdictName
  public var participants: Int

  public init(id: String, name: LocalizedName, verdict: VerdictName, participants: Int) {
    self.id = id
    self.name = name
    self.verdict = verdict
    self.participants = participants
  }
}

public struct PathStatus: Codable, Sendable, Equatable {
  public var site: String
  public var target: String
  public var route: String
  public var label: String
  /// `probe stamp`, `call uplink`, `call downlink`, `capture`.
  public var origin: String
  public var verdict: VerdictName
  /// Of the newest judged interval; absent when not measured.
  public var lossPercent: Double?
  public var jitterMilliseconds: Double?
  public var latencyMilliseconds: Double?
  /// 95th percentile − minimum.
  public var pdvMilliseconds: Double?
  /// End of the newest judged interval, seconds since 1970.
  public var updatedAt: Double?
  /// The newest intervals, oldest first, for sparklines.
  public var recent: [PathSample]
  /// What the figures are judged against; absent where the path has no objective.
  public var limits: QualityLimits?
  /// Measured at a site's router, since no agent is there; absent where it is not.
  public var isLowerConfidence: Bool?

  public init(
    site: String, target: String, route: String, label: String, origin: String, verdict: VerdictName,
    lossPercent: Double?, jitterMilliseconds: Double?, latencyMilliseconds: Double?, pdvMilliseconds: Double?,
    updatedAt: Double?, recent: [PathSample], limits: QualityLimits? = nil, isLowerConfidence: Bool = false
  ) {
    self.site = site
    self.target = target
    self.route = route
    self.label = label
    self.origin = origin
    self.verdict = verdict
    self.lossPercent = lossPercent
    self.jitterMilliseconds = jitterMilliseconds
    self.latencyMilliseconds = latencyMilliseconds
    self.pdvMilliseconds = pdvMilliseconds
    self.updatedAt = updatedAt
    self.recent = recent
    self.limits = limits
    self.isLowerConfidence = isLowerConfidence ? true : nil
  }
}

/// Limits are inclusive: a figure that equals its limit passes.
public struct QualityLimits: Codable, Sendable, Equatable {
  public var lossPercent: Double
  public var jitterMilliseconds: Double
  public var latencyMilliseconds: Double

  public init(lossPercent: Double, jitterMilliseconds: Double, latencyMilliseconds: Double) {
    self.lossPercent = lossPercent
    self.jitterMilliseconds = jitterMilliseconds
    self.latencyMilliseconds = latencyMilliseconds
  }
}

public struct PathSample: Codable, Sendable, Equatable {
  public var at: Double
  public var verdict: VerdictName
  public var lossPercent: Double?
  public var jitterMilliseconds: Double?
  public var latencyMilliseconds: Double?

  public init(
    at: Double, verdict: VerdictName, lossPercent: Double?, jitterMilliseconds: Double?, latencyMilliseconds: Double?
  ) {
    self.at = at
    self.verdict = verdict
    self.lossPercent = lossPercent
    self.jitterMilliseconds = jitterMilliseconds
    self.latencyMilliseconds = latencyMilliseconds
  }
}

public struct MeetingStatus: Codable, Sendable, Equatable {
  public var room: String
  public var participants: [ParticipantStatus]
  /// Bits per second through the relay, in and out.
  public var receivedBitrate: Double
  public var sentBitrate: Double

  public init(room: String, participants: [ParticipantStatus], receivedBitrate: Double, sentBitrate: Double) {
    self.room = room
    self.participants = participants
    self.receivedBitrate = receivedBitrate
    self.sentBitrate = sentBitrate
  }
}

public struct ParticipantStatus: Codable, Sendable, Equatable {
  public var name: String
  public var site: String?
  public var microphone: Bool
  public var camera: Bool
  /// Of the last interval, as the relay received it.
  public var lossPercent: Double?
  public var jitterMilliseconds: Double?

  public init(
    name: String, site: String?, microphone: Bool, camera: Bool, lossPercent: Double?, jitterMilliseconds: Double?
  ) {
    self.name = name
    self.site = site
    self.microphone = microphone
    self.camera = camera
    self.lossPercent = lossPercent
    self.jitterMilliseconds = jitterMilliseconds
  }
}

public struct IncidentStatus: Codable, Sendable, Equatable {
  public var id: String
  /// `pending`, `firing`, `resolved`, `silenced`.
  public var state: String
  /// `page` or `ticket`: how urgent it is.
  public var severity: String?
  /// `site → target (route)`, or `site → target (route, label)`.
  public var subject: String
  public var site: String
  public var target: String
  /// Tells paths apart that share the rest; absent for most.
  public var label: String?
  /// `loss`, `jitter`, `latency` or `unknown`, with the worst value and its limit as texts with units.
  public var metric: String
  public var value: String
  public var limit: String
  /// Where the fault most likely lies or, of one that is over, lay while it fired; in sentences. Absent where nothing is
  /// known.
  public var likelyCause: LocalizedName?
  /// Each likely cause it had, in order, where that changed.
  public var causes: [IncidentCause]?
  public var startedAt: Double
  public var endedAt: Double?
  /// Absent while no route was followed.
  public var route: IncidentRoute?

  public init(
    id: String, state: String, severity: String? = nil, subject: String, site: String, target: String,
    label: String? = nil, metric: String, value: String, limit: String, likelyCause: LocalizedName? = nil,
    causes: [IncidentCause]? = nil, startedAt: Double, endedAt: Double?, route: IncidentRoute? = nil
  ) {
    self.id = id
    self.state = state
    self.severity = severity
    self.subject = subject
    self.site = site
    self.target = target
    self.label = label
    self.metric = metric
    self.value = value
    self.limit = limit
    self.likelyCause = likelyCause
    self.causes = causes
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.route = route
  }
}

/// Where a fault most likely lay, and since when that was so.
public struct IncidentCause: Codable, Sendable, Equatable {
  public var since: Double
  public var cause: LocalizedName

  public init(since: Double, cause: LocalizedName) {
    self.since = since
    self.cause = cause
  }
}

/// Something that is wrong with the monitoring itself.
public struct TroubleStatus: Codable, Sendable, Equatable {
  /// `history` (nothing can be kept), `damage` (the history was damaged), `delivery` (a channel takes nothing), `late`
  /// (records came after the time that records are kept) or `crowded` (a site sends more than is judged).
  public var kind: String
  /// The channel of `delivery`, and how many notifications wait for it; of `late` and `crowded` how many records.
  public var channel: String?
  public var waiting: Int?
  public var since: Double
  /// A sentence in English, for the log of whoever repairs it.
  public var reason: String

  public init(kind: String, channel: String? = nil, waiting: Int? = nil, since: Double, reason: String) {
    self.kind = kind
    self.channel = channel
    self.waiting = waiting
    self.since = since
    self.reason = reason
  }
}

/// The route to an incident's target when it began, beside the last one while all was well.
public struct IncidentRoute: Codable, Sendable, Equatable {
  public var followedAt: Double
  /// What is other than it was; empty where there is nothing to compare with.
  public var difference: LocalizedName
  /// Who answered at each distance, `10.0.0.1 → ? → 10.7.0.5`.
  public var hops: String
  public var lastGoodHops: String?

  public init(followedAt: Double, difference: LocalizedName, hops: String, lastGoodHops: String?) {
    self.followedAt = followedAt
    self.difference = difference
    self.hops = hops
    self.lastGoodHops = lastGoodHops
  }
}
