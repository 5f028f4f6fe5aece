import API
import Alerting
import Foundation
import Measurement
import Monitor
import Relay
import Wire

/// Puts what the monitor and the relay know into the one picture that dashboards show.
struct OverviewSource: Sendable {
  let relay: RelayService?
  let monitor: MonitorService?

  func overview() async -> Overview {
    let meetings = await relay?.meetings() ?? []
    let snapshot = await monitor?.snapshot()
    let troubles = await monitor?.troubles() ?? []
    let agents = await monitor?.agents.statuses() ?? []
    let participants = Dictionary(
      meetings.flatMap(\.participants).compactMap { $0.site.map { ($0, 1) } }, uniquingKeysWith: +)
    return Overview(
      madeAt: snapshot?.madeAt.unixSeconds ?? Date().timeIntervalSince1970,
      sites: (snapshot?.sites ?? []).map { SiteStatus($0, participants: participants[$0.site.id] ?? 0) },
      paths: (snapshot?.paths ?? []).map(PathStatus.init),
      meetings: meetings.map(MeetingStatus.init),
      incidents: (snapshot?.incidents ?? []).map(IncidentStatus.init), troubles: troubles.map(TroubleStatus.init),
      agents: agents.map(\.settled), planned: (snapshot?.plannedWorks ?? []).map(PlannedWorkBody.init))
  }
}

extension AgentStatus {
  /// Without what changes with every report: dashboards are told the whole overview at each change.
  fileprivate var settled: AgentStatus {
    var status = self
    status.seenAt = seenAt.map { ($0 / 60).rounded(.down) * 60 }
    status.clock = clock.map { AgentClock(isSynchronized: $0.isSynchronized, source: $0.source) }
    status.records = nil
    return status
  }
}

extension WallTime {
  /// Seconds since 1970, to the millisecond.
  var unixSeconds: Double {
    Double(nanoseconds / 1_000_000) / 1_000
  }
}

extension SiteStatus {
  init(_ state: SiteState, participants: Int) {
    self.init(
      id: state.site.id, name: LocalizedName(ja: state.site.japaneseName, en: state.site.englishName),
      verdict: VerdictName(state.verdict), participants: participants)
  }
}

extension VerdictName {
  init(_ verdict: Verdict) {
    switch verdict {
    case .good: self = .good
    case .bad: self = .bad
    case .unknown: self = .unknown
    case .planned: self = .planned
    }
  }
}

extension QualityLimits {
  init(_ objective: Objective) {
    self.init(
      lossPercent: Double(objective.loss) / 10_000, jitterMilliseconds: milliseconds(objective.jitter),
      latencyMilliseconds: milliseconds(objective.latency))
  }
}

extension PathStatus {
  init(_ state: PathState) {
    let recent = state.recent.map(API.PathSample.init)
    let newest = recent.last
    self.init(
      site: state.path.site, target: state.path.target, route: state.path.route.rawValue, label: state.path.label,
      origin: state.origin.text, verdict: VerdictName(state.verdict), lossPercent: newest?.lossPercent,
      jitterMilliseconds: newest?.jitterMilliseconds, latencyMilliseconds: newest?.latencyMilliseconds,
      pdvMilliseconds: state.recent.last?.delayVariation.map(milliseconds),
      updatedAt: newest?.at, recent: recent, limits: QualityLimits(state.objective),
      isLowerConfidence: state.path.endsAtRouter)
  }
}

extension API.PathSample {
  init(_ sample: Monitor.PathSample) {
    self.init(
      at: sample.interval.end.unixSeconds, verdict: VerdictName(sample.verdict),
      // Parts per million to per cent.
      lossPercent: sample.loss.map { Double($0) / 10_000 },
      jitterMilliseconds: sample.jitter.map(milliseconds), latencyMilliseconds: sample.latency.map(milliseconds))
  }
}

/// To the microsecond: finer figures only make the overview long.
private func milliseconds(_ nanoseconds: UInt64) -> Double {
  Double(nanoseconds / 1_000) / 1_000
}

extension PathRecord.Origin {
  /// As `PathStatus.origin` has it.
  var text: String {
    switch self {
    case .probe(let kind): "probe \(kind)"
    case .call(let segment): "call \(segment.rawValue)"
    case .capture: "capture"
    }
  }
}

extension MeetingStatus {
  init(_ meeting: MeetingSnapshot) {
    self.init(
      room: meeting.room, participants: meeting.participants.map(ParticipantStatus.init),
      receivedBitrate: meeting.receivedBitrate.rounded(), sentBitrate: meeting.sentBitrate.rounded())
  }
}

extension ParticipantStatus {
  init(_ participant: ParticipantSnapshot) {
    self.init(
      name: participant.name, site: participant.site, microphone: participant.microphone, camera: participant.camera,
      lossPercent: participant.lossPercent, jitterMilliseconds: participant.jitterMilliseconds)
  }
}

extension IncidentStatus {
  init(_ incident: IncidentState) {
    let path = incident.path
    let way = path.label.isEmpty ? path.route.rawValue : "\(path.route.rawValue), \(path.label)"
    let cause = incident.likelyCause
    self.init(
      id: incident.id, state: incident.phase.rawValue, severity: incident.severity.rawValue,
      subject: "\(path.site) → \(path.target) (\(way))", site: path.site, target: path.target,
      label: path.label.isEmpty ? nil : path.label, metric: incident.metric, value: incident.value,
      limit: incident.limit, likelyCause: cause.en.isEmpty ? nil : LocalizedName(ja: cause.ja, en: cause.en),
      causes: incident.causes.count > 1 ? incident.causes.map(IncidentCause.init) : nil,
      startedAt: incident.startedAt.unixSeconds, endedAt: incident.endedAt?.unixSeconds,
      route: incident.route.map(IncidentRoute.init))
  }
}

extension IncidentCause {
  init(_ cause: IncidentState.Cause) {
    self.init(since: cause.since.unixSeconds, cause: LocalizedName(ja: cause.text.ja, en: cause.text.en))
  }
}

extension IncidentRoute {
  init(_ route: RouteChange) {
    self.init(
      followedAt: route.followedAt.unixSeconds, difference: LocalizedName(ja: route.japanese, en: route.english),
      hops: RouteChange.line(route.hops), lastGoodHops: route.lastGood.map(RouteChange.line))
  }
}

extension TroubleStatus {
  init(_ trouble: Trouble) {
    self.init(kind: trouble.kind.word, since: trouble.since.unixSeconds, reason: trouble.reason)
    switch trouble.kind {
    case .history, .damage: break
    case .late(let count), .crowded(let count): waiting = count
    case .delivery(let channel, let waiting):
      self.channel = channel
      self.waiting = waiting
    }
  }
}
