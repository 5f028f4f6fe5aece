import Wire

/// Writes the fields of records, in the newest version.
struct RecordWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ record: PathRecord) {
    bytes.reserveCapacity(bytes.count + 1_024)
    bytes.append(u16: PathRecord.schemaVersion)
    write(record.id)
    bytes.append(u64: UInt64(bitPattern: record.length.nanoseconds))
    tag(record.condition)
    optional(record.packetBytes.map(UInt64.init))
    write(record.dscp)
    write(record.loss)
    for keyPath in RecordReader.distributions { write(record[keyPath: keyPath]) }
    optional(record.rfc3550Jitter)
    bytes.append(record.clock.isSynchronized ? 1 : 0)
    optional(record.clock.errorNanoseconds)
    tag(record.timestamps)
    bytes.append(
      u16: Degradation.tags.enumerated().reduce(0) { bits, item in
        record.degradations.contains(item.element) ? bits | 1 << UInt16(item.offset) : bits
      })
    writeExchange(of: record)
    let hops = record.hops.prefix(RouteHop.limit)
    bytes.append(UInt8(truncatingIfNeeded: hops.count))
    for hop in hops { write(hop) }
  }

  private mutating func write(_ hop: RouteHop) {
    bytes.append(hop.distance)
    bytes.append(hop.sent)
    bytes.append(hop.isTarget ? 1 : 0)
    let addresses = hop.addresses.prefix(RouteHop.answerLimit)
    bytes.append(UInt8(truncatingIfNeeded: addresses.count))
    for address in addresses {
      bytes.append(u64: address.high)
      bytes.append(u64: address.low)
    }
    let roundTrips = hop.roundTrips.prefix(RouteHop.answerLimit)
    bytes.append(UInt8(truncatingIfNeeded: roundTrips.count))
    for roundTrip in roundTrips { varint(roundTrip) }
  }

  private mutating func writeExchange(of record: PathRecord) {
    let phases = Phase.tags.filter { record.phases[$0]?.isEmpty == false }
    bytes.append(UInt8(truncatingIfNeeded: phases.count))
    for phase in phases {
      tag(phase)
      write(record.phases[phase] ?? Distribution())
    }
    bytes.append(record.certificateExpiry == nil ? 0 : 1)
    if let expiry = record.certificateExpiry { bytes.append(u64: UInt64(bitPattern: expiry.nanoseconds)) }
    bytes.append(record.service == nil ? 0 : 1)
    if let service = record.service { tag(service) }
    bytes.append(record.playout == nil ? 0 : 1)
    if let playout = record.playout {
      varint(playout.frames)
      varint(playout.concealedFrames)
    }
  }

  private mutating func write(_ id: PathRecord.ID) {
    text(id.agent)
    bytes.append(u64: id.boot)
    text(id.path.site)
    text(id.path.target)
    tag(id.path.route)
    text(id.path.label)
    switch id.origin {
    case .probe(let kind):
      bytes.append(0)
      text(kind)
    case .call(let segment):
      bytes.append(1)
      tag(segment)
    case .capture:
      bytes.append(2)
    }
    bytes.append(u64: UInt64(bitPattern: id.intervalStart.nanoseconds))
    bytes.append(u32: id.revision)
  }

  private mutating func write(_ dscp: DSCPSeen) {
    bytes.append(dscp.sent)
    bytes.append(UInt8(truncatingIfNeeded: dscp.arrived.count))
    for (value, count) in dscp.arrived.sorted(by: { $0.key < $1.key }) {
      bytes.append(value)
      varint(count)
    }
  }

  private mutating func write(_ loss: LossCounts) {
    varint(loss.sent)
    varint(loss.received)
    optional(loss.forwardLost)
    optional(loss.reverseLost)
    for count in [
      loss.roundTripLost, loss.late, loss.duplicates, loss.reordered, loss.discarded, loss.recovered, loss.refused,
    ] + loss.bursts.counts + [loss.bursts.longest] {
      varint(count)
    }
  }

  private mutating func write(_ distribution: Distribution) {
    varint(distribution.count)
    guard !distribution.isEmpty else { return }
    varint(distribution.sum)
    varint(UInt64(distribution.buckets.count))
    guard let minimum = distribution.minimum, let maximum = distribution.maximum else { return }
    varint(minimum)
    varint(maximum)
    PackedBuckets.write(distribution.buckets, total: distribution.count, into: &bytes)
  }

  private mutating func tag<Value: Tagged>(_ value: Value) {
    bytes.append(UInt8(truncatingIfNeeded: Value.tags.firstIndex(of: value) ?? 0))
  }

  private mutating func text(_ text: String) {
    var kept = Substring(text)
    while kept.utf8.count > PathRecordCodec.maximumTextBytes { kept.removeLast() }
    bytes.append(UInt8(truncatingIfNeeded: kept.utf8.count))
    bytes += kept.utf8
  }

  private mutating func optional(_ value: UInt64?) {
    bytes.append(value == nil ? 0 : 1)
    if let value { varint(value) }
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
