import Measurement
import Wire

/// What one measurement found: a record for each stream, held against limits.
public struct ProbeResult: Sendable {
  /// The kind's name.
  public var kind: String
  /// As the user wrote it, and where that was.
  public var target: String
  public var endpoint: Endpoint
  public var startedAt: WallTime
  public var limits: ProbeLimits
  /// In the order of the streams; never empty.
  public var streams: [Stream]

  public struct Stream: Sendable {
    public var record: PathRecord
    public var findings: [Finding]
    /// Why there is nothing to judge, as a phrase.
    public var obstacle: String?

    public var label: String { record.path.label }

    public var status: ProbeStatus {
      obstacle != nil ? .notMeasured : findings.map(\.status).max() ?? .notMeasured
    }
  }

  /// One metric held against its limit. `value` and `limit` share a unit.
  public struct Finding: Sendable, Equatable {
    public enum Metric: String, Sendable, CaseIterable {
      case loss, jitter, latency
    }
    public var metric: Metric
    /// Per million for loss, nanoseconds for the others; rounded down, while `status` is exact.
    public var value: UInt64
    public var limit: UInt64
    public var status: ProbeStatus
  }

  public init(
    kind: String, target: String, endpoint: Endpoint, startedAt: WallTime, limits: ProbeLimits, records: [PathRecord]
  ) {
    self.kind = kind
    self.target = target
    self.endpoint = endpoint
    self.startedAt = startedAt
    self.limits = limits
    streams = records.map { Self.judge($0, limits) }
  }

  /// The worst of the streams. A stream that was not measured says nothing about the others' breach.
  public var status: ProbeStatus {
    if streams.contains(where: { $0.status == .breach }) { return .breach }
    return streams.map(\.status).max() ?? .notMeasured
  }

  private static func judge(_ record: PathRecord, _ limits: ProbeLimits) -> Stream {
    var stream = Stream(record: record, findings: [])
    let loss = record.loss.worseDirection
    if record.condition == .targetDown {
      stream.obstacle = "target down: the host answers, but nothing listens on that port"
    } else if record.loss.sent == 0 {
      stream.obstacle = "nothing was sent"
    } else {
      stream.findings.append(
        finding(.loss, sum: loss.lost, of: loss.sent, scale: 1_000_000, limit: limits.lossPerMillion, limits))
      for (metric, distribution, limit) in [
        (Finding.Metric.jitter, worseJitter(record), limits.jitterNanoseconds),
        (.latency, record.roundTrip, limits.latencyNanoseconds),
      ] where !distribution.isEmpty {
        stream.findings.append(
          finding(metric, sum: distribution.sum, of: distribution.count, scale: 1, limit: limit, limits))
      }
    }
    return stream
  }

  /// A meeting is as good as its worse direction.
  static func worseJitter(_ record: PathRecord) -> Distribution {
    (record.reverseDelayVariation.mean ?? 0) > (record.delayVariation.mean ?? 0)
      ? record.reverseDelayVariation : record.delayVariation
  }

  /// Compares sum · scale ÷ count with the limit without dividing.
  private static func finding(
    _ metric: Finding.Metric, sum: UInt64, of count: UInt64, scale: UInt64, limit: UInt64, _ limits: ProbeLimits
  ) -> Finding {
    let isBreach = isGreater((sum, scale), than: (limit, count))
    // At or above the warning share: not less than it.
    let isWarning = !isGreater((limit, limits.warningPercent * max(count, 1)), than: (sum, scale * 100))
    let (value, overflow) = sum.multipliedReportingOverflow(by: scale)
    return Finding(
      metric: metric, value: overflow || count == 0 ? .max : value / count, limit: limit,
      status: isBreach ? .breach : isWarning ? .warning : .good)
  }

  private static func isGreater(_ left: (UInt64, UInt64), than right: (UInt64, UInt64)) -> Bool {
    left.0.multipliedFullWidth(by: left.1) > right.0.multipliedFullWidth(by: right.1)
  }
}
