/// What was measured on a site's paths in a span of time.
public struct SiteHistory: Codable, Sendable, Equatable {
  public var site: String
  /// Seconds since 1970.
  public var from: Double
  public var to: Double
  public var resolution: HistoryResolution
  public var paths: [PathHistory]

  public init(site: String, from: Double, to: Double, resolution: HistoryResolution, paths: [PathHistory]) {
    self.site = site
    self.from = from
    self.to = to
    self.resolution = resolution
    self.paths = paths
  }
}

/// How long each point of a history is.
public enum HistoryResolution: String, Codable, Sendable, CaseIterable {
  /// As it was judged.
  case interval
  case fiveMinutes = "5min"
  case hour, day

  /// A path's history has no more points than these.
  public static let mostPoints = 10_000
  /// Nor has one whose resolution was left to the monitor.
  public static let comfortablePoints = 750

  /// In seconds; of an interval the shortest.
  public var seconds: Double {
    switch self {
    case .interval: 15
    case .fiveMinutes: 300
    case .hour: 3_600
    case .day: 86_400
    }
  }
}

public struct PathHistory: Codable, Sendable, Equatable {
  public var target: String
  public var route: String
  public var label: String
  /// As `PathStatus.origin`.
  public var origin: String
  /// What it is held to now.
  public var limits: QualityLimits
  /// By time; those of which nothing is known are left out.
  public var points: [HistoryPoint]

  public init(
    target: String, route: String, label: String, origin: String, limits: QualityLimits, points: [HistoryPoint]
  ) {
    self.target = target
    self.route = route
    self.label = label
    self.origin = origin
    self.limits = limits
    self.points = points
  }
}

/// One interval, or all packets and intervals of five minutes, an hour or a day together.
public struct HistoryPoint: Codable, Sendable, Equatable {
  /// Its beginning, seconds since 1970.
  public var at: Double
  /// Absent where nothing was measured.
  public var lossPercent: Double?
  public var jitterMilliseconds: Double?
  public var latencyMilliseconds: Double?
  /// 95th percentile − minimum.
  public var pdvMilliseconds: Double?
  /// How many judged intervals were what.
  public var good: Int
  public var bad: Int
  public var unknown: Int
  public var planned: Int
  /// Of the unknown and planned ones, by their reasons; absent where there are none.
  public var reasons: [String: Int]?

  public init(
    at: Double, lossPercent: Double?, jitterMilliseconds: Double?, latencyMilliseconds: Double?,
    pdvMilliseconds: Double?, good: Int = 0, bad: Int = 0, unknown: Int = 0, planned: Int = 0,
    reasons: [String: Int]? = nil
  ) {
    self.at = at
    self.lossPercent = lossPercent
    self.jitterMilliseconds = jitterMilliseconds
    self.latencyMilliseconds = latencyMilliseconds
    self.pdvMilliseconds = pdvMilliseconds
    self.good = good
    self.bad = bad
    self.unknown = unknown
    self.planned = planned
    self.reasons = reasons
  }
}
