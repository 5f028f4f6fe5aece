import Alerting
import History
import Measurement
import Notify
import Wire

/// All the monitor knows that a dashboard shows, at one moment.
public struct MonitorSnapshot: Sendable, Equatable {
  /// Events after this one are not yet in the snapshot.
  public var position: EventID
  public var madeAt: WallTime
  public var sites: [SiteState]
  /// In the order of their paths.
  public var paths: [PathState]
  /// All that are open, then the latest closed ones; each newest first.
  public var incidents: [IncidentState]
  /// What goes on and what comes next, by its start.
  public var plannedWorks: [PlannedWork]
}

/// A site and the worst verdict of the paths that start there: bad before unknown before planned before good.
public struct SiteState: Sendable, Equatable {
  public var site: Site
  /// `unknown` too where no path starts.
  public var verdict: Verdict
}

/// A path and what was judged of it last.
public struct PathState: Sendable, Equatable {
  public var path: Path
  public var origin: PathRecord.Origin
  /// `unknown` too when nothing was judged yet.
  public var verdict: Verdict
  /// What its intervals are held to.
  public var objective = Objective()
  /// The newest judged intervals, oldest first; the last is the one `verdict` speaks of.
  public var recent: [PathSample]
}

/// One judged interval of a path. Figures are absent where they were not measured.
public struct PathSample: Sendable, Equatable {
  public var interval: PathRecord.Interval
  public var verdict: Verdict
  /// Why the verdict is `unknown`.
  public var reason: UnknownReason?
  /// Why the verdict is `planned`.
  public var plannedWork: String?
  /// Parts per million, in the worse direction.
  public var loss: UInt64?
  /// Nanoseconds.
  public var jitter: UInt64?
  /// Nanoseconds.
  public var latency: UInt64?
  /// 95th percentile − minimum of the delay, in nanoseconds.
  public var delayVariation: UInt64?

  init(_ judged: JudgedInterval) {
    interval = judged.interval
    verdict = judged.verdict
    reason = judged.reason
    plannedWork = judged.plannedWork
    loss = judged.loss
    jitter = judged.jitter
    latency = judged.latency
    delayVariation = judged.delayVariation
  }
}

/// An incident as it stands.
public struct IncidentState: Sendable, Equatable {
  /// The same from its first to its last notification, across restarts.
  public var id: String
  public var phase: Phase
  public var path: Path
  public var origin: PathRecord.Origin
  /// How urgent it is.
  public var severity: Notification.Severity
  /// `loss`, `jitter`, `latency` or `unknown`: what is worst against its limit.
  public var metric: String
  /// The worst value and its limit with units, for people; empty where nothing was measured.
  public var value: String
  public var limit: String
  /// Where the fault most likely lies, or lay; empty where nothing is known.
  public var likelyCause: Notification.Text
  /// Each likely cause it had while it fired, in order.
  public var causes: [Cause]
  public var startedAt: WallTime
  /// End of the last bad interval; absent while it is open.
  public var endedAt: WallTime?
  /// The route when it began, beside the last good one.
  public var route: RouteChange?

  /// A likely cause, and since when it was that.
  public struct Cause: Sendable, Equatable {
    public var since: WallTime
    public var text: Notification.Text

    init(_ cause: Incident.Cause, told: Notification) {
      var told = told
      told.cause = cause.place
      // What the figures say is of the whole incident, unless it is all there is.
      if cause.place != .measurement { told.evidence = Notification.Text(ja: "", en: "") }
      since = cause.since
      text = Notification.Text(ja: told.japaneseCause, en: told.englishCause)
    }
  }

  public enum Phase: String, Sendable, CaseIterable {
    case pending, firing, resolved, silenced
  }

  /// - Parameter told: what people would be told of it now.
  init(_ incident: Incident, told: Notification) {
    id = incident.id
    switch incident.phase {
    case .pending: phase = .pending
    case .firing: phase = .firing
    case .resolved: phase = .resolved
    }
    path = incident.series.path
    origin = incident.series.origin
    severity = told.severity
    metric = told.breach.metric
    value = told.breach.figures?.value ?? ""
    limit = told.breach.figures?.limit ?? ""
    // Of what was over before causes were kept, where it lay is not known: other paths speak of now.
    let isKnown = incident.phase != .resolved || incident.causes != nil
    likelyCause = isKnown ? .init(ja: told.japaneseCause, en: told.englishCause) : told.evidence
    causes = (incident.causes ?? []).map { Cause($0, told: told) }
    startedAt = incident.startedAt
    endedAt = incident.phase == .resolved ? incident.lastBadAt : nil
    route = incident.route
  }
}
