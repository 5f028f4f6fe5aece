import Measurement
import Wire

/// What one measurement found: a record for each stream, held against limits.
public struct ProbeResult: Sendable {
  public var kind: ProbeKind
  /// As the user wrote it.
  public var target: String
  public var limits: ProbeLimits
  /// In the order of the streams; never empty.
  public var streams: [Stream]

  public struct Stream: Sendable {
    public var record: PathRecord
    /// The address that was measured; empty where none was found.
    public var place: String
    public var findings: [Finding] = []
    /// Why there is nothing to judge, as a phrase.
    public var obstacle: String?
    /// What else a person should know.
    public var remarks: [String]
    var reflectorDelay = Distribution()
    /// The latency is one way: measured, or half the round trip.
    var isBetweenPlaces = false

    /// Route and label, or what there is of them: `voice`, `proxy`, `direct IPv6`.
    public var label: String {
      let route = record.path.route == .direct ? "" : record.path.route.rawValue
      let words = [route, record.path.label].filter { !$0.isEmpty }
      return words.isEmpty ? Path.Route.direct.rawValue : words.joined(separator: " ")
    }

    /// What the latency is taken from.
    var delay: Distribution {
      isBetweenPlaces && !isHalved ? record.reverseDelay : record.roundTrip
    }

    /// The latency is half of `delay`, an estimate.
    var isHalved: Bool { isBetweenPlaces && record.reverseDelay.isEmpty }

    public var status: ProbeStatus {
      obstacle != nil ? .notMeasured : findings.map(\.status).max() ?? .notMeasured
    }
  }

  /// One metric held against its limit. `value` and `limit` share a unit.
  public struct Finding: Sendable, Equatable {
    public var metric: ProbeMetric
    /// Rounded down, while `status` is exact.
    public var value: UInt64
    public var limit: UInt64
    public var status: ProbeStatus
  }

  init(kind: ProbeKind, target: String, limits: ProbeLimits, measurements: [ProbeMeasurement]) {
    self.kind = kind
    self.target = target
    self.limits = limits
    streams = measurements.map { Self.judge($0, kind, limits) }
  }

  /// The worst of the streams. A stream that was not measured says nothing about the others' breach.
  public var status: ProbeStatus {
    if streams.contains(where: { $0.status == .breach }) { return .breach }
    return streams.map(\.status).max() ?? .notMeasured
  }

  /// How much longer the mean request takes through the proxy than straight, in nanoseconds; negative when it is
  /// quicker. `nil` unless both ways answered.
  public var proxyDelay: Int64? {
    func mean(_ route: Path.Route) -> UInt64? {
      streams.first { $0.record.path.route == route && !$0.record.roundTrip.isEmpty }?.record.roundTrip.mean
    }
    guard let direct = mean(.direct), let proxy = mean(.proxy) else { return nil }
    return Int64(clamping: proxy) - Int64(clamping: direct)
  }

  private static func judge(_ measurement: ProbeMeasurement, _ kind: ProbeKind, _ limits: ProbeLimits) -> Stream {
    let record = measurement.record
    var stream = Stream(
      record: record, place: measurement.place, obstacle: measurement.obstacle, remarks: measurement.remarks,
      reflectorDelay: measurement.reflectorDelay, isBetweenPlaces: measurement.isBetweenPlaces)
    switch record.condition {
    case .targetDown:
      stream.obstacle = "target down: the host answers, but nothing listens on that port"
    case .unverified:
      stream.obstacle = "unverified: the target has never answered, it may be one that answers nobody"
    case .unreadable:
      stream.obstacle = "unreadable: what the provider says cannot be told"
    case .measured, .idle, .receiverSilent:
      if record.loss.sent == 0, stream.obstacle == nil { stream.obstacle = "nothing was sent" }
    }
    if stream.obstacle == nil { stream.findings = kind.metrics.compactMap { finding($0, stream, limits) } }
    return stream
  }

  /// `nil` where the record does not say.
  private static func finding(_ metric: ProbeMetric, _ stream: Stream, _ limits: ProbeLimits) -> Finding? {
    let record = stream.record
    switch metric {
    case .loss:
      let loss = record.loss.worseDirection
      return finding(metric, sum: loss.lost, of: loss.sent, scale: 1_000_000, limits)
    case .jitter:
      let jitter = worseJitter(record)
      return jitter.isEmpty ? nil : finding(metric, sum: jitter.sum, of: jitter.count, scale: 1, limits)
    case .latency:
      let delay = stream.delay
      let count = stream.isHalved ? delay.count * 2 : delay.count
      return delay.isEmpty ? nil : finding(metric, sum: delay.sum, of: count, scale: 1, limits)
    case .certificate:
      guard let left = record.certificateSecondsLeft else { return nil }
      let days = UInt64(max(left, 0)) / 86_400
      let status: ProbeStatus =
        left <= 0 || days < limits.certificateDays
        ? .breach : days < limits.certificateWarningDays ? .warning : .good
      return Finding(metric: metric, value: days, limit: limits.certificateDays, status: status)
    case .service:
      guard let service = record.service, let value = ServiceState.allCases.firstIndex(of: service) else { return nil }
      let status: ProbeStatus = service == .operational ? .good : service == .outage ? .breach : .warning
      return Finding(metric: metric, value: UInt64(value), limit: limits[metric], status: status)
    }
  }

  /// A meeting is as good as its worse direction.
  static func worseJitter(_ record: PathRecord) -> Distribution {
    (record.reverseDelayVariation.mean ?? 0) > (record.delayVariation.mean ?? 0)
      ? record.reverseDelayVariation : record.delayVariation
  }

  /// Compares sum · scale ÷ count with the limit without dividing.
  private static func finding(
    _ metric: ProbeMetric, sum: UInt64, of count: UInt64, scale: UInt64, _ limits: ProbeLimits
  ) -> Finding {
    let limit = limits[metric]
    let isBreach = isGreater((sum, scale), than: (limit, count))
    let isWarning = isGreater((sum, scale * 100), than: (limit, limits.warningPercent * max(count, 1)))
    let (value, overflow) = sum.multipliedReportingOverflow(by: scale)
    return Finding(
      metric: metric, value: overflow || count == 0 ? .max : value / count, limit: limit,
      status: isBreach ? .breach : isWarning ? .warning : .good)
  }

  private static func isGreater(_ left: (UInt64, UInt64), than right: (UInt64, UInt64)) -> Bool {
    left.0.multipliedFullWidth(by: left.1) > right.0.multipliedFullWidth(by: right.1)
  }
}

extension PathRecord {
  /// From the measurement's time; negative when it had expired.
  var certificateSecondsLeft: Int64? {
    certificateExpiry.map { $0.nanoseconds(since: id.intervalStart) / 1_000_000_000 }
  }
}
