import Measurement
import Wire

/// All the monitor knows that a dashboard shows, at one moment.
public struct MonitorSnapshot: Sendable, Equatable {
  /// Events after this one are not yet in the snapshot.
  public var position: EventID
  public var madeAt: WallTime
  public var sites: [SiteState]
  /// In the order of their paths.
  public var paths: [PathState]
  /// Newest first: all that are open, then the latest closed ones.
  public var incidents: [IncidentState]
}

/// A site and the worst verdict of the paths that start there.
public struct SiteState: Sendable, Equatable {
  public var site: Site
  public var verdict: VerdictWord
}

/// A path and what was judged of it last.
public struct PathState: Sendable, Equatable {
  public var path: Path
  public var origin: PathRecord.Origin
  /// `unknown` too when nothing was judged yet.
  public var verdict: VerdictWord
  /// The newest judged intervals, oldest first; the last is the one `verdict` speaks of.
  public var recent: [PathSample]
}

/// One judged interval of a path. Figures are absent where they were not measured.
public struct PathSample: Sendable, Equatable {
  public var interval: PathRecord.Interval
  public var verdict: VerdictWord
  /// Parts per million, in the worse direction.
  public var loss: UInt64?
  /// Nanoseconds.
  public var jitter: UInt64?
  /// Nanoseconds.
  public var latency: UInt64?
  /// 95th percentile − minimum of the delay, in nanoseconds.
  public var delayVariation: UInt64?
}

/// An incident as it stands.
public struct IncidentState: Sendable, Equatable {
  /// The same from its first to its last notification, across restarts.
  public var id: String
  public var phase: Phase
  public var path: Path
  public var origin: PathRecord.Origin
  /// `loss`, `jitter`, `latency` or `unknown`.
  public var metric: String
  /// The worst value and its limit with units, for people.
  public var value: String
  public var limit: String
  public var startedAt: WallTime
  public var endedAt: WallTime?

  public enum Phase: String, Sendable, CaseIterable {
    case pending, firing, resolved, silenced
  }
}

public enum VerdictWord: String, Sendable, CaseIterable {
  case good, bad, unknown
}
