import Alerting
import Measurement
import Wire

extension PathRecord {
  static let probe = Series(path: Path(site: "tsu", target: "hq", route: .direct), origin: .probe(kind: "stamp"))
  static let uplink = Series(path: Path(site: "tsu", target: "relay", route: .relay), origin: .call(.uplink))
  static let downlink = Series(path: Path(site: "tsu", target: "relay", route: .relay), origin: .call(.downlink))

  /// An interval in which everything is well: 1 000 packets, jitter 1 ms, round trip 10 ms.
  static func good(
    _ series: Series = probe, at second: Int64 = 0, length: Duration = .seconds(15), label: String = "",
    revision: UInt32 = 0
  ) -> PathRecord {
    var path = series.path
    path.label = label
    return PathRecord(
      id: ID(
        agent: "tsu", boot: 1, path: path, origin: series.origin, intervalStart: WallTime(seconds: second),
        revision: revision),
      length: length,
      loss: LossCounts(sent: 1_000, received: 1_000, forwardLost: 0, reverseLost: 0),
      roundTrip: Distribution([10_000_000]), delayVariation: Distribution([1_000_000]),
      reverseDelayVariation: Distribution([500_000]))
  }

  /// The same with `lost` of 1 000 packets lost on the way there.
  func losing(_ lost: UInt64) -> PathRecord {
    var record = self
    record.loss.received = 1_000 - lost
    record.loss.forwardLost = lost
    return record
  }

  func with(_ change: (inout PathRecord) -> Void) -> PathRecord {
    var record = self
    change(&record)
    return record
  }
}

extension Distribution {
  init(_ values: [UInt64]) {
    self.init()
    for value in values { record(value) }
  }
}

extension Judgement {
  /// The interval of 15 s with this number, and its verdict.
  static func made(_ number: Int64, _ verdict: Verdict, loss: UInt64? = nil) -> Judgement {
    let interval = PathRecord.Interval(start: WallTime(seconds: number * 15), length: .seconds(15))
    var judgement = Judgement(series: PathRecord.probe, interval: interval, verdict: verdict)
    switch verdict {
    case .bad:
      judgement.findings = [Finding(metric: .loss, value: loss ?? 30_000, objective: Objective())]
      judgement.evidence.loss = .forward
    case .good:
      judgement.findings = [Finding(metric: .loss, value: 0, objective: Objective())]
    case .planned: judgement.plannedWork = "line work"
    case .unknown:
      judgement.reason = .noRecords
      judgement.evidence.reason = .noRecords
    }
    return judgement
  }
}
