import Measurement
import SFU
import Wire

/// Makes path records of what Workers counted: what the relay received speaks of the way up from the participant's
/// site, what receivers report, less the holes that the relay itself forwarded, of the way down.
struct CallRecords: Sendable {
  /// The relay, as the records' ids name it.
  let agent: String
  /// This start of the relay; each step of the clock counts as another.
  let boot: UInt64
  /// Where the relay stands.
  let site: String

  /// Records of one participant and interval, uplink first: at most one of each.
  func records(_ interval: CallInterval, site: String) -> [PathRecord] {
    let counts = interval.counts
    var records: [PathRecord] = []
    if !counts.sources.isEmpty {
      var record = record(interval, .uplink, site: site)
      let received = counts.sources.map(\.counts)
      let expected = received.reduce(0) { $0 &+ $1.expected }
      record.condition = expected == 0 ? .idle : .measured
      record.timestamps = .kernel
      record.loss = LossCounts(
        sent: expected, received: received.reduce(0) { $0 &+ $1.received },
        duplicates: received.reduce(0) { $0 &+ $1.duplicates }, reordered: received.reduce(0) { $0 &+ $1.reordered },
        recovered: received.reduce(0) { $0 &+ $1.recovered })
      record.delayVariation = Distribution(
        count: received.reduce(0) { $0 &+ $1.delayVariationCount },
        sum: received.reduce(0) { $0 &+ $1.delayVariationSum })
      record.rfc3550Jitter = counts.sources.filter { $0.counts.received > 0 }.map(\.jitter).max()
      records.append(record)
    }
    if !counts.slots.isEmpty {
      var record = record(interval, .downlink, site: site)
      let reported = counts.slots.filter { $0.state == .reported }
      let expected = reported.reduce(0) { $0 &+ $1.expected }
      let lost = reported.reduce(0) { $0 &+ $1.lost }
      record.condition =
        expected > 0 ? .measured : counts.slots.contains { $0.state == .silent } ? .receiverSilent : .idle
      record.loss = LossCounts(sent: expected, received: expected - min(lost, expected))
      // It contains the speaker's uplink: shown, and never judged against the receiver's site.
      record.rfc3550Jitter = reported.compactMap(\.jitter).max()
      records.append(record)
    }
    return records
  }

  private func record(
    _ interval: CallInterval, _ segment: PathRecord.CallSegment, site: String
  ) -> PathRecord {
    let path = Path(site: site, target: self.site, route: .relay, label: interval.participant.description)
    var record = PathRecord(
      id: PathRecord.ID(
        agent: agent, boot: boot &+ interval.clockSteps, path: path, origin: .call(segment),
        intervalStart: interval.start),
      length: interval.length)
    if interval.isPartial { record.degradations.insert(.partial) }
    if interval.isStepped { record.degradations.insert(.clockStepped) }
    // The round trip is the path's, whichever way one looks along it.
    for roundTrip in interval.counts.roundTrips { record.roundTrip.record(roundTrip) }
    return record
  }
}
