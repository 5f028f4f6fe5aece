/// A site's month: how many of its judged intervals in business hours were good. Closed months stay as they are.
public struct SiteMonthBody: Codable, Sendable, Equatable {
  public var site: String
  /// `2026-11`.
  public var month: String
  /// `met`, `missed` or `notAssessable` (less than 95 % of the hours were judged).
  public var verdict: String
  /// Good of good and bad; absent when nothing was judged.
  public var levelPercent: Double?
  public var targetPercent: Double
  /// How much of the business hours was judged, planned work aside.
  public var coveragePercent: Double
  public var good: Int
  public var bad: Int
  /// By why nothing could be told.
  public var unknown: [String: Int]
  /// By the reason of the announced work.
  public var planned: [String: Int]
  /// What its intervals were held to, in the order in which it was set.
  public var limits: [QualityLimits]
  /// `08:30-17:15`.
  public var hours: String
  /// 1 is Sunday, 7 Saturday.
  public var weekdays: [Int]
  public var holidays: [String]
  /// Seconds since 1970; absent while the month can still change.
  public var closedAt: Double?

  public init(
    site: String, month: String, verdict: String, levelPercent: Double?, targetPercent: Double, coveragePercent: Double,
    good: Int, bad: Int, unknown: [String: Int], planned: [String: Int], limits: [QualityLimits], hours: String,
    weekdays: [Int], holidays: [String], closedAt: Double?
  ) {
    self.site = site
    self.month = month
    self.verdict = verdict
    self.levelPercent = levelPercent
    self.targetPercent = targetPercent
    self.coveragePercent = coveragePercent
    self.good = good
    self.bad = bad
    self.unknown = unknown
    self.planned = planned
    self.limits = limits
    self.hours = hours
    self.weekdays = weekdays
    self.holidays = holidays
    self.closedAt = closedAt
  }
}
