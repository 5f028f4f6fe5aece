import Wire

/// Partial intervals merge, corrections replace.
extension PathRecord {
  /// Of records with the same identity only the highest revision stays; the order of the rest is kept.
  public static func latestRevisions(of records: [PathRecord]) -> [PathRecord] {
    var places: [ID: Int] = [:]
    var kept: [PathRecord] = []
    for record in records {
      if let place = places[record.id.unrevised] {
        if record.id.revision >= kept[place].id.revision { kept[place] = record }
      } else {
        places[record.id.unrevised] = kept.count
        kept.append(record)
      }
    }
    return kept
  }

  /// One record of all that these say, or `nil` when there are none. They speak of one series; revisions are resolved
  /// first. The identity is that of the earliest, the interval runs from the first start to the last end.
  public static func merged(_ records: [PathRecord]) -> PathRecord? {
    let parts = latestRevisions(of: records).sorted {
      ($0.id.intervalStart, $0.id.agent, $0.id.boot) < ($1.id.intervalStart, $1.id.agent, $1.id.boot)
    }
    guard var whole = parts.first else { return nil }
    for part in parts.dropFirst() { whole.merge(part) }
    return whole
  }

  /// Adds a later or simultaneous part of the same series.
  public mutating func merge(_ other: PathRecord) {
    precondition(series == other.series, "only records of one path and origin merge")
    let end = max(interval.end, other.interval.end)
    id.intervalStart = min(id.intervalStart, other.id.intervalStart)
    length = end - id.intervalStart
    condition = Self.mergedCondition(self, other)
    if packetBytes != other.packetBytes { packetBytes = nil }
    dscp.arrived.merge(other.dscp.arrived, uniquingKeysWith: &+)
    loss.merge(other.loss)
    roundTrip.merge(other.roundTrip)
    forwardDelay.merge(other.forwardDelay)
    reverseDelay.merge(other.reverseDelay)
    excessDelay.merge(other.excessDelay)
    delayVariation.merge(other.delayVariation)
    reverseDelayVariation.merge(other.reverseDelayVariation)
    rfc3550Jitter = other.rfc3550Jitter ?? rfc3550Jitter
    clock.isSynchronized = clock.isSynchronized && other.clock.isSynchronized
    clock.errorNanoseconds = clock.errorNanoseconds.flatMap { ours in
      other.clock.errorNanoseconds.map { max(ours, $0) }
    }
    timestamps = timestamps.merged(with: other.timestamps)
    degradations.formUnion(other.degradations)
    for (phase, distribution) in other.phases { phases[phase, default: Distribution()].merge(distribution) }
    certificateExpiry = [certificateExpiry, other.certificateExpiry].compactMap { $0 }.min()
    service = ServiceState.allCases.last { $0 == service || $0 == other.service }
    if !other.hops.isEmpty { hops = other.hops }
    if let theirs = other.playout {
      playout = Playout(
        frames: (playout?.frames ?? 0) &+ theirs.frames,
        concealedFrames: (playout?.concealedFrames ?? 0) &+ theirs.concealedFrames)
    }
  }

  /// What was measured counts; among parts where nothing was, the more telling condition.
  private static func mergedCondition(_ left: PathRecord, _ right: PathRecord) -> Condition {
    let order: [Condition] = [.measured, .receiverSilent, .targetDown, .unverified, .unreadable, .idle]
    return order.first { $0 == left.condition || $0 == right.condition } ?? .measured
  }
}
