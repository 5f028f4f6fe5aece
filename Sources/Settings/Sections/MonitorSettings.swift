import Wire

/// Objectives, incidents and history.
public struct MonitorSettings: Sendable, Equatable {
  /// How long raw records are kept.
  public var retention: Duration
  public var objective: ObjectiveSettings
  public var incidents: IncidentSettings

  init(_ mapping: SettingsMapping) {
    retention = mapping.value(
      "retention", .duration(.seconds(3600)...(.seconds(400 * 86_400))), default: .seconds(14 * 86_400))
    let objectives = mapping.mapping("objectives")
    objective = ObjectiveSettings(objectives.mapping("default"))
    objectives.finish()
    incidents = IncidentSettings(mapping.mapping("incidents"))
    mapping.finish()
  }
}

/// Inclusive limits, compared in integers.
public struct ObjectiveSettings: Sendable, Equatable {
  public var lossPartsPerMillion: Int64
  public var jitter: Duration
  public var latency: Duration

  init(_ mapping: SettingsMapping) {
    lossPartsPerMillion = mapping.value("loss", .percent, default: PartsPerMillion(value: 10_000)).value
    jitter = mapping.value("jitter", .duration(.milliseconds(1)...(.seconds(10))), default: .milliseconds(30))
    latency = mapping.value("latency", .duration(.milliseconds(1)...(.seconds(10))), default: .milliseconds(150))
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
