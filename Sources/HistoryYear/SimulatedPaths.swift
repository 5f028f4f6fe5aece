import Measurement
import Wire

/// Paths that are measured all the time, and what is measured on them: drawn from a seed, a little different each time.
struct SimulatedPaths {
  static let recordLength: Duration = .seconds(15)
  /// One agent for so many paths.
  static let pathsPerAgent = 5

  let series: [PathRecord.Series]
  private let templates: [PathRecord]

  init(count: Int) {
    series = (0..<count).map { number in
      let site = "site-\(number / Self.pathsPerAgent)"
      return PathRecord.Series(
        path: Path(site: site, target: "target-\(number % Self.pathsPerAgent)", route: .direct, label: "voice"),
        origin: .probe(kind: "stamp"))
    }
    var random = SplitMix64(seed: 1)
    templates = (0..<64).map { _ in Self.template(&random) }
  }

  /// What is measured in the interval that begins at `start`.
  func record(_ path: Int, at start: WallTime) -> PathRecord {
    let interval = Int(start.nanoseconds / Self.recordLength.nanoseconds)
    var record = templates[(interval &+ path &* 7) % templates.count]
    record.id = PathRecord.ID(
      agent: series[path].path.site, boot: 1, path: series[path].path, origin: series[path].origin, intervalStart: start
    )
    return record
  }

  /// All that is measured on a path from `start` on, as one.
  func merged(_ path: Int, at start: WallTime, records: Int) -> PathRecord {
    var whole = record(path, at: start)
    for number in 1..<records { whole.merge(record(path, at: start + Self.recordLength * number)) }
    return whole
  }

  /// 750 packets there and back over 20 to 40 ms, each way known; one of forty intervals has losses.
  private static func template(_ random: inout SplitMix64) -> PathRecord {
    let base = UInt64.random(in: 10_000_000...20_000_000, using: &random)
    let lost = Int.random(in: 0..<40, using: &random) == 0 ? UInt64.random(in: 1...6, using: &random) : 0
    var record = PathRecord(
      id: PathRecord.ID(
        agent: "", boot: 1, path: Path(site: "", target: "", route: .direct), origin: .probe(kind: "stamp"),
        intervalStart: .unixEpoch),
      length: recordLength, packetBytes: 172, dscp: DSCPSeen(sent: 46, arrived: [46: 750 - lost]),
      loss: LossCounts(sent: 750, received: 750 - lost, forwardLost: lost, reverseLost: 0),
      rfc3550Jitter: 200_000, clock: ClockQuality(isSynchronized: true, errorNanoseconds: 300_000), timestamps: .kernel)
    var last: (there: UInt64, back: UInt64)?
    for _ in lost..<750 {
      // A short queue most of the time, a long one now and then.
      let queue = (0..<6).reduce(UInt64(1)) { product, _ in product * UInt64.random(in: 4...16, using: &random) }
      let there = base + min(queue, 8_000_000)
      let back = base + UInt64.random(in: 0...400_000, using: &random)
      record.forwardDelay.record(there)
      record.reverseDelay.record(back)
      record.roundTrip.record(there + back)
      if let last {
        record.delayVariation.record(there > last.there ? there - last.there : last.there - there)
        record.reverseDelayVariation.record(back > last.back ? back - last.back : last.back - back)
      }
      last = (there, back)
    }
    return record
  }
}
