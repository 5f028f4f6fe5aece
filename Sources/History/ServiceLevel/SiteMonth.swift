import Alerting
import Wire

/// What a site is to reach in a month, and in which hours.
public struct ServiceLevel: Sendable, Hashable, Codable {
  /// Good intervals of those that were good or bad, in parts per million.
  public var target: UInt64
  public var hours: BusinessHours

  /// 99 % of business hours, unless said otherwise.
  public init(target: UInt64 = 990_000, hours: BusinessHours = BusinessHours()) {
    self.target = target
    self.hours = hours
  }
}

/// A site's month: its judged intervals in business hours, counted.
///
/// Once the month is closed it stays as it is, with the objectives and hours that it was held to, whatever is configured
/// later.
public struct SiteMonth: Sendable, Equatable, Codable {
  public var site: String
  /// `2026-11`.
  public var month: String
  public var level: ServiceLevel
  /// What its intervals were held to; several when that was changed in the course of the month.
  public var objectives: [Objective] = []
  public var good = 0
  public var bad = 0
  /// By why nothing could be told.
  public var unknown: [String: Int] = [:]
  /// By the reason of the announced work.
  public var planned: [String: Int] = [:]
  /// How much of the hours that passed was judged, planned work aside; parts per million.
  public var coverage: UInt64 = 0
  /// `nil` while it can still change.
  public var closedAt: WallTime?

  /// Less is too little to tell anything of a month: 95 %.
  public static let leastCoverage: UInt64 = 950_000

  public init(site: String, month: String, level: ServiceLevel) {
    self.site = site
    self.month = month
    self.level = level
  }

  public enum Verdict: String, Sendable, CaseIterable {
    case met, missed
    /// Too little of it was judged.
    case notAssessable
  }

  /// Rounded down, so that it is 100 % only when nothing was bad; `nil` when nothing was judged.
  public var levelReached: UInt64? {
    good + bad == 0 ? nil : UInt64(good) * 1_000_000 / UInt64(good + bad)
  }

  public var verdict: Verdict {
    guard coverage >= Self.leastCoverage, good + bad > 0 else { return .notAssessable }
    return UInt64(good) * 1_000_000 >= level.target * UInt64(good + bad) ? .met : .missed
  }
}
