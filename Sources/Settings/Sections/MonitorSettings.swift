import Probes
import Wire

/// Objectives, incidents and history.
public struct MonitorSettings: Sendable, Equatable {
  public var retention: RetentionSettings
  /// Whose midnights part the days of the history; `nil` is the machine's.
  public var timeZone: String?
  public var objective: ObjectiveSettings
  public var incidents: IncidentSettings
  public var serviceLevel: ServiceLevelSettings

  init(_ mapping: SettingsMapping) {
    retention = RetentionSettings(mapping.mapping("retention"))
    timeZone = mapping.value("timeZone", .timeZoneOrAuto, default: nil)
    let objectives = mapping.mapping("objectives")
    objective = ObjectiveSettings(objectives.mapping("default"))
    objectives.finish()
    incidents = IncidentSettings(mapping.mapping("incidents"))
    serviceLevel = ServiceLevelSettings(mapping.mapping("serviceLevel"))
    mapping.finish()
  }
}

/// How long each kind of history is kept.
public struct RetentionSettings: Sendable, Equatable {
  public var records: Duration
  public var fiveMinutes: Duration
  public var hours: Duration
  public var days: Duration
  public var incidents: Duration

  init(_ mapping: SettingsMapping) {
    func kept(_ key: String, days: Int64) -> Duration {
      mapping.value(
        key, .duration(.seconds(86_400)...(.seconds(36_600 * 86_400))), default: .seconds(days * 86_400))
    }
    records = kept("records", days: 14)
    fiveMinutes = kept("fiveMinutes", days: 62)
    hours = kept("hours", days: 400)
    days = kept("days", days: 3_660)
    incidents = kept("incidents", days: 400)
    mapping.finish()
  }
}

/// Inclusive limits, compared in integers.
public struct ObjectiveSettings: Sendable, Equatable {
  public var lossPartsPerMillion: Int64
  public var jitter: Duration
  public var latency: Duration

  /// The plan's: loss ≤ 1 %, jitter ≤ 30 ms, latency ≤ 150 ms, unless a kind of probe has its own.
  public init(_ limits: ProbeLimits = ProbeLimits()) {
    lossPartsPerMillion = Int64(clamping: limits.lossPerMillion)
    jitter = .nanoseconds(Int64(clamping: limits.jitterNanoseconds))
    latency = .nanoseconds(Int64(clamping: limits.latencyNanoseconds))
  }

  /// - Parameter defaults: what holds where nothing is said.
  init(_ mapping: SettingsMapping, defaults: ObjectiveSettings = ObjectiveSettings()) {
    let loss = PartsPerMillion(value: defaults.lossPartsPerMillion)
    lossPartsPerMillion = mapping.value("loss", .percent, default: loss).value
    let range: ClosedRange<Duration> = .milliseconds(1)...(.seconds(10))
    jitter = mapping.value("jitter", .duration(range), default: defaults.jitter)
    latency = mapping.value("latency", .duration(range), default: defaults.latency)
    mapping.finish()
  }
}

/// When a breach is worth telling somebody, and when it is over.
public struct IncidentSettings: Sendable, Equatable {
  /// Raised when `raise.count` of the last `raise.total` intervals were bad.
  public var raiseCount: Int
  public var raiseTotal: Int
  public var clearCount: Int
  public var clearTotal: Int
  public var keepFiring: Duration

  init(_ mapping: SettingsMapping) {
    let raise = mapping.value("raise", .countOf, default: CountOf(count: 6, total: 8))
    let clear = mapping.value("clear", .countOf, default: CountOf(count: 8, total: 8))
    (raiseCount, raiseTotal) = (raise.count, raise.total)
    (clearCount, clearTotal) = (clear.count, clear.total)
    keepFiring = mapping.value("keepFiring", .duration(.zero...(.seconds(86_400))), default: .seconds(300))
    mapping.finish()
  }
}
