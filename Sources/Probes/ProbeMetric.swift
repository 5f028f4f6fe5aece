import Measurement

/// What a probe's result is held against.
public enum ProbeMetric: String, Sendable, CaseIterable {
  /// Of what was sent, in the worse direction; per million.
  case loss
  /// Mean of |D| (RFC 3550), in the worse direction; nanoseconds.
  case jitter
  /// Mean, in nanoseconds; the kind says of what.
  case latency
  /// Whole days until the first certificate expires: less is worse.
  case certificate
  /// What the provider says of its service: the place in `ServiceState`'s cases.
  case service

  /// As a JSON report and a monitoring plugin have it.
  var unit: String {
    switch self {
    case .loss: "%"
    case .jitter, .latency: "ms"
    case .certificate: "d"
    case .service: ""
    }
  }

  /// How much of a stored value makes one of the unit.
  var scale: UInt64 {
    switch self {
    case .loss: 10_000
    case .jitter, .latency: 1_000_000
    case .certificate, .service: 1
    }
  }
}

/// Figures with their units, as people read them.
enum Figure {
  static func text(_ value: UInt64, _ metric: ProbeMetric) -> String {
    switch metric {
    case .certificate: "\(value) d"
    case .service: ServiceState.allCases[Int(min(value, UInt64(ServiceState.allCases.count - 1)))].rawValue
    case .loss, .jitter, .latency: "\(number(value, metric)) \(metric.unit)"
    }
  }

  /// Without the unit; two decimals, rounded down, where the metric has any.
  static func number(_ value: UInt64, _ metric: ProbeMetric) -> String {
    metric.scale == 1 ? "\(value)" : decimal(value / (metric.scale / 100))
  }

  static func milliseconds(_ nanoseconds: UInt64) -> String {
    text(nanoseconds, .latency)
  }

  private static func decimal(_ hundredths: UInt64) -> String {
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
