import Wire

extension PathRecord {
  /// No interval, and no roll-up of intervals, is longer.
  static let longestInterval: Duration = .seconds(400 * 86_400)

  /// What an agent may report: more packets or longer than anything that measures could have seen is a mistake or a lie,
  /// and sums of such records would be.
  public var isPlausible: Bool {
    let distributions = RecordReader.distributions.map { self[keyPath: $0] } + phases.values
    return length <= .seconds(86_400) && Self.times.contains(id.intervalStart)
      && distributions.allSatisfy { $0.count <= Self.greatestCount } && loss.largestCount <= Self.greatestCount
      && (playout?.frames ?? 0) <= Self.greatestCount
      && dscp.arrived.values.allSatisfy { $0 <= Self.greatestCount }
  }

  /// 1970 to 2200: whatever a wrong clock is corrected by, the end of an interval can be counted.
  private static let times = WallTime(seconds: 0)...WallTime(seconds: 7_258_118_400)

  /// A thousand packets a second for seven weeks. Sums of a year of records still have room in 64 bits.
  private static let greatestCount: UInt64 = 1 << 32
}

extension LossCounts {
  fileprivate var largestCount: UInt64 {
    let counts = [
      sent, received, forwardLost ?? 0, reverseLost ?? 0, roundTripLost, late, duplicates, reordered, discarded,
      recovered,
      refused, bursts.longest,
    ]
    return (counts + bursts.counts).max() ?? 0
  }
}
