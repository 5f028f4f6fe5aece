import Alerting
import Foundation
import Measurement
import Wire

/// What is left of a judged series' window when its records are gone: they, merged, and what was judged of it.
public struct RollUp: Sendable, Equatable {
  public var series: PathRecord.Series
  public var level: Level
  public var start: WallTime
  /// What all its packets together came to; `nil` when nothing was measured.
  public var figures: Figures?
  public var tallies: [Tally]
  /// The window's records as one: exact counts and sums, merged histograms. Of calls those of all participants. `nil`
  /// when nothing was measured, or when it was not asked for.
  public var record: PathRecord?

  /// Absent where it was not measured.
  public struct Figures: Sendable, Hashable {
    /// Parts per million, in the worse direction.
    public var loss: UInt64?
    /// Mean of the worse direction in nanoseconds.
    public var jitter: UInt64?
    /// Mean round trip in nanoseconds.
    public var latency: UInt64?
    /// 95th percentile − minimum of the delay, in nanoseconds.
    public var delayVariation: UInt64?
  }

  /// How long a window is.
  public enum Level: Int64, Sendable, Hashable, CaseIterable {
    case fiveMinutes = 300
    case hour = 3_600
    /// From midnight to midnight, which is 23 or 25 hours where clocks are changed.
    case day = 86_400

    /// The next longer one.
    var next: Level? {
      switch self {
      case .fiveMinutes: .hour
      case .hour: .day
      case .day: nil
      }
    }

    /// The window that holds `instant`: hours and days as the clocks on the walls of `timeZone` show them.
    func window(holding instant: WallTime, in timeZone: TimeZone) -> Range<WallTime> {
      let start = start(holding: instant, in: timeZone)
      // A day and a half after midnight is the next day, whatever is done to the clocks.
      return start..<(self == .day ? self.start(holding: start + .seconds(129_600), in: timeZone) : start + length)
    }

    private var length: Duration { .seconds(rawValue) }

    /// No window of the level is longer: days have 25 hours when clocks are set back.
    var longest: Duration { self == .day ? .seconds(90_000) : length }

    private func start(holding instant: WallTime, in timeZone: TimeZone) -> WallTime {
      let offset = Self.offset(at: instant, timeZone)
      let start = instant.advanced(byNanoseconds: offset).floored(to: length).advanced(byNanoseconds: -offset)
      // When the clocks are changed at night the day began with another offset.
      return start.advanced(byNanoseconds: offset - Self.offset(at: start, timeZone))
    }

    private static func offset(at instant: WallTime, _ timeZone: TimeZone) -> Int64 {
      let date = Date(timeIntervalSince1970: Double(instant.nanoseconds / 1_000_000_000))
      return Int64(timeZone.secondsFromGMT(for: date)) * 1_000_000_000
    }
  }

  /// How many judging intervals were one thing, under one objective.
  public struct Tally: Sendable, Hashable {
    /// What they were held to; `nil` where they were judged before this was kept.
    public var objective: Objective?
    public var verdict: Verdict
    /// Why the verdict is `unknown`.
    public var reason: UnknownReason?
    /// Why the verdict is `planned`.
    public var plannedWork: String?
    public var intervals: Int

    public init(
      objective: Objective?, verdict: Verdict, reason: UnknownReason? = nil, plannedWork: String? = nil, intervals: Int
    ) {
      self.plannedWork = plannedWork
      self.objective = objective
      self.verdict = verdict
      self.reason = reason
      self.intervals = intervals
    }
  }
}
