import Wire

/// The one binary form of a `PathRecord`: spool, upload and database use it.
///
/// A record is a 32-bit length (of what follows), a 16-bit version and the fields in a fixed order, so records can be
/// written one after the other. Fixed-width numbers are in network byte order; counts and durations are LEB128; texts
/// are one byte of length and UTF-8. A reader reads its own and all older versions.
public enum PathRecordCodec {
  /// A record's greatest length in bytes, its length field included.
  public static let maximumBytes = 256 * 1024
  /// Longer texts are cut at a character's end; configured names never are so long.
  public static let maximumTextBytes = 255

  public static func encode(_ record: PathRecord) -> [UInt8] {
    var bytes: [UInt8] = []
    encode(record, into: &bytes)
    return bytes
  }

  public static func encode(_ records: some Sequence<PathRecord>) -> [UInt8] {
    var bytes: [UInt8] = []
    for record in records { encode(record, into: &bytes) }
    return bytes
  }

  /// Appends the record to `bytes`.
  public static func encode(_ record: PathRecord, into bytes: inout [UInt8]) {
    var writer = RecordWriter()
    writer.write(record)
    bytes.append(u32: UInt32(truncatingIfNeeded: writer.bytes.count))
    bytes += writer.bytes
  }

  /// Reads exactly one record.
  public static func decode(_ bytes: some Collection<UInt8>) throws(PathRecordDecodeError) -> PathRecord {
    var reader = RecordReader(bytes)
    let record = try reader.record()
    guard reader.remaining == 0 else { throw PathRecordDecodeError(offset: reader.offset, reason: .trailingBytes) }
    return record
  }

  /// Reads records written one after the other, `limit` of them at most.
  public static func decodeAll(
    _ bytes: some Collection<UInt8>, limit: Int = 10_000
  ) throws(PathRecordDecodeError) -> [PathRecord] {
    var reader = RecordReader(bytes)
    var records: [PathRecord] = []
    while reader.remaining > 0 {
      guard records.count < limit else {
        throw PathRecordDecodeError(offset: reader.offset, reason: .tooManyRecords(limit: limit))
      }
      records.append(try reader.record())
    }
    return records
  }
}

/// Why bytes are not records, and where.
public struct PathRecordDecodeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// From the first byte of the input.
  public var offset: Int
  public var reason: Reason

  public enum Reason: Equatable, Sendable {
    case truncated
    case tooLong(bytes: Int)
    case newerVersion(UInt16)
    case tooManyRecords(limit: Int)
    /// A field whose value cannot be, by its name.
    case invalid(String)
    case trailingBytes
  }

  public init(offset: Int, reason: Reason) {
    self.offset = offset
    self.reason = reason
  }

  public var description: String {
    switch reason {
    case .truncated:
      "The record is cut short at byte \(offset); send it again whole."
    case .tooLong(let bytes):
      "The record at byte \(offset) claims \(bytes) bytes; the limit is \(PathRecordCodec.maximumBytes)."
    case .newerVersion(let version):
      "The record at byte \(offset) has version \(version), this program reads up to \(PathRecord.schemaVersion): "
        + "update this program before the one that sends."
    case .tooManyRecords(let limit):
      "There are more than \(limit) records; send them in smaller groups."
    case .invalid(let field):
      "The record's \(field) at byte \(offset) has a value that cannot be."
    case .trailingBytes:
      "Bytes follow the record at byte \(offset)."
    }
  }
}

// MARK: Tags. They are stored: numbers never change their meaning.

/// A value's number in the wire form is its place in this list.
private protocol Tagged: Equatable {
  static var tags: [Self] { get }
}

extension PathRecord.Condition: Tagged {
  /// `unverified` came with version 2.
  static let tags: [Self] = [.measured, .idle, .receiverSilent, .targetDown, .unverified]
}

extension Phase: Tagged {
  static let tags: [Self] = [.nameLookup, .connect, .tlsHandshake, .firstByte, .transfer]
}

extension ServiceState: Tagged {
  static let tags: [Self] = [.operational, .maintenance, .degraded, .outage]
}

extension PathRecord.CallSegment: Tagged {
  static let tags: [Self] = [.uplink, .downlink]
}

extension Path.Route: Tagged {
  static let tags: [Self] = [.direct, .proxy, .relay]
}

extension TimestampSource: Tagged {
  static let tags: [Self] = [.kernel, .userSpace, .kernelArrivals]
}

extension Degradation: Tagged {
  /// Bits of a set, the first the least significant.
  static let tags: [Self] = [.schedulerLate, .sendErrors, .captureDrops, .clockStepped, .partial, .restamped]
}

// MARK: Versions

extension PathRecord {
  /// The oldest version that can say all this. Version 2 added phases, certificates, services, playout and `unverified`.
  fileprivate var version: UInt16 {
    let isPlain = phases.isEmpty && certificateExpiry == nil && service == nil && playout == nil
    return isPlain && condition != .unverified ? 1 : 2
  }
}

// MARK: Writing

private struct RecordWriter {
  var bytes: [UInt8] = []

  mutating func write(_ record: PathRecord) {
    bytes.append(u16: record.version)
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
    if record.version >= 2 { writeExchange(of: record) }
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
    var previous: UInt16 = 0
    for bucket in distribution.buckets {
      varint(UInt64(bucket.index - previous))
      varint(bucket.count)
      previous = bucket.index
    }
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

// MARK: Reading

private struct RecordReader {
  typealias Failure = PathRecordDecodeError

  /// In wire order.
  static var distributions: [WritableKeyPath<PathRecord, Distribution>] {
    [\.roundTrip, \.forwardDelay, \.reverseDelay, \.excessDelay, \.delayVariation, \.reverseDelayVariation]
  }

  private var reader: ByteReader
  private let total: Int
  /// Where the record being read ends.
  private var end: Int

  init(_ bytes: some Collection<UInt8>) {
    reader = ByteReader(bytes)
    total = reader.remaining
    end = total
  }

  var offset: Int { reader.offset }
  var remaining: Int { reader.remaining }

  mutating func record() throws(Failure) -> PathRecord {
    let start = offset
    end = total
    let length = Int(try u32())
    guard length <= PathRecordCodec.maximumBytes - 4 else {
      throw Failure(offset: start, reason: .tooLong(bytes: length))
    }
    guard length <= remaining else { throw Failure(offset: total, reason: .truncated) }
    end = offset + length
    let version = try u16()
    guard version <= PathRecord.schemaVersion else { throw Failure(offset: start, reason: .newerVersion(version)) }
    guard version > 0 else { throw Failure(offset: start + 4, reason: .invalid("version")) }
    let record = try body(version: version)
    guard offset == end else { throw Failure(offset: offset, reason: .trailingBytes) }
    return record
  }

  private mutating func body(version: UInt16) throws(Failure) -> PathRecord {
    let id = try id()
    let length = Int64(bitPattern: try u64())
    guard length > 0 else { throw invalid("interval length", width: 8) }
    var record = PathRecord(id: id, length: .nanoseconds(length))
    record.condition = try tag("condition")
    if let bytes = try optional() {
      guard let bytes = UInt16(exactly: bytes) else { throw invalid("packet size") }
      record.packetBytes = bytes
    }
    record.dscp = try dscp()
    record.loss = try loss()
    for keyPath in Self.distributions { record[keyPath: keyPath] = try distribution() }
    record.rfc3550Jitter = try optional()
    record.clock.isSynchronized = try flag("clock state")
    record.clock.errorNanoseconds = try optional()
    record.timestamps = try tag("timestamp source")
    let bits = try u16()
    guard bits >> UInt16(Degradation.tags.count) == 0 else { throw invalid("degradations", width: 2) }
    for (place, degradation) in Degradation.tags.enumerated() where bits >> UInt16(place) & 1 == 1 {
      record.degradations.insert(degradation)
    }
    if version >= 2 { try readExchange(into: &record) }
    return record
  }

  private mutating func readExchange(into record: inout PathRecord) throws(Failure) {
    for _ in 0..<(try u8()) {
      let phase: Phase = try tag("phase")
      guard record.phases[phase] == nil else { throw invalid("phase") }
      let distribution = try distribution()
      guard !distribution.isEmpty else { throw invalid("phase") }
      record.phases[phase] = distribution
    }
    if try flag("certificate's presence") {
      record.certificateExpiry = WallTime(nanoseconds: Int64(bitPattern: try u64()))
    }
    if try flag("service's presence") { record.service = try tag("service state") }
    if try flag("playout's presence") {
      let playout = Playout(frames: try varint(), concealedFrames: try varint())
      guard playout.concealedFrames <= playout.frames else { throw invalid("playout") }
      record.playout = playout
    }
  }

  private mutating func id() throws(Failure) -> PathRecord.ID {
    let agent = try text("agent")
    let boot = try u64()
    let site = try text("site")
    let target = try text("target")
    let route: Path.Route = try tag("route")
    let path = Path(site: site, target: target, route: route, label: try text("label"))
    let origin: PathRecord.Origin
    switch try u8() {
    case 0: origin = .probe(kind: try text("probe kind"))
    case 1: origin = .call(try tag("call segment"))
    case 2: origin = .capture
    default: throw invalid("origin")
    }
    let start = WallTime(nanoseconds: Int64(bitPattern: try u64()))
    return PathRecord.ID(
      agent: agent, boot: boot, path: path, origin: origin, intervalStart: start, revision: try u32())
  }

  private mutating func dscp() throws(Failure) -> DSCPSeen {
    var seen = DSCPSeen(sent: try u8())
    guard seen.sent < 64 else { throw invalid("DSCP") }
    var previous = -1
    for _ in 0..<(try u8()) {
      let value = try u8()
      guard value < 64, Int(value) > previous else { throw invalid("DSCP") }
      previous = Int(value)
      seen.arrived[value] = try varint()
    }
    return seen
  }

  private mutating func loss() throws(Failure) -> LossCounts {
    var loss = LossCounts(sent: try varint(), received: try varint())
    loss.forwardLost = try optional()
    loss.reverseLost = try optional()
    loss.roundTripLost = try varint()
    loss.late = try varint()
    loss.duplicates = try varint()
    loss.reordered = try varint()
    loss.discarded = try varint()
    loss.recovered = try varint()
    loss.refused = try varint()
    var counts: [UInt64] = []
    for _ in 0..<BurstCounts.classes { counts.append(try varint()) }
    guard let bursts = BurstCounts(counts: counts, longest: try varint()) else { throw invalid("bursts") }
    loss.bursts = bursts
    return loss
  }

  private mutating func distribution() throws(Failure) -> Distribution {
    let start = offset
    var distribution = Distribution()
    distribution.count = try varint()
    guard distribution.count > 0 else { return distribution }
    distribution.sum = try varint()
    let bucketCount = try varint()
    guard bucketCount <= UInt64(Distribution.bucketLimit) else { throw invalid("number of buckets") }
    guard bucketCount > 0 else { return distribution }
    let (minimum, maximum) = (try varint(), try varint())
    (distribution.minimum, distribution.maximum) = (minimum, maximum)
    var index: UInt64 = 0
    var counted: UInt64 = 0
    for place in 0..<bucketCount {
      let (step, count) = (try varint(), try varint())
      guard step < UInt64(Distribution.bucketLimit), step > 0 || place == 0, count > 0 else { throw invalid("bucket") }
      index += step
      let (sum, overflow) = counted.addingReportingOverflow(count)
      guard index < UInt64(Distribution.bucketLimit), !overflow else { throw invalid("bucket") }
      counted = sum
      distribution.buckets.append(Distribution.Bucket(index: UInt16(index), count: count))
    }
    guard counted == distribution.count, minimum <= maximum,
      distribution.buckets.first?.index == Distribution.bucketIndex(of: minimum),
      distribution.buckets.last?.index == Distribution.bucketIndex(of: maximum)
    else { throw Failure(offset: start, reason: .invalid("distribution")) }
    return distribution
  }

  private mutating func tag<Value: Tagged>(_ field: String) throws(Failure) -> Value {
    let number = Int(try u8())
    guard number < Value.tags.count else { throw invalid(field) }
    return Value.tags[number]
  }

  private mutating func flag(_ field: String) throws(Failure) -> Bool {
    let value = try u8()
    guard value <= 1 else { throw invalid(field) }
    return value == 1
  }

  private mutating func text(_ field: String) throws(Failure) -> String {
    let bytes = try read(Int(try u8()))
    guard let text = String(validating: bytes, as: UTF8.self) else { throw invalid(field, width: bytes.count) }
    return text
  }

  private mutating func optional() throws(Failure) -> UInt64? {
    try flag("presence") ? try varint() : nil
  }

  private mutating func varint() throws(Failure) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      let byte = try u8()
      guard shift < 63 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw invalid("number")
  }

  /// Most of a record is single bytes: they are read as they are, without a slice for each.
  private mutating func u8() throws(Failure) -> UInt8 {
    guard offset < end else { throw Failure(offset: offset, reason: .truncated) }
    do {
      return try reader.u8()
    } catch {
      throw Failure(offset: error.offset, reason: .truncated)
    }
  }

  private mutating func u16() throws(Failure) -> UInt16 { try read(2).reduce(0) { $0 << 8 | UInt16($1) } }
  private mutating func u32() throws(Failure) -> UInt32 { try read(4).reduce(0) { $0 << 8 | UInt32($1) } }
  private mutating func u64() throws(Failure) -> UInt64 { try read(8).reduce(0) { $0 << 8 | UInt64($1) } }

  private mutating func read(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
    guard count <= end - offset else { throw Failure(offset: offset, reason: .truncated) }
    do {
      return try reader.read(count)
    } catch {
      throw Failure(offset: error.offset, reason: .truncated)
    }
  }

  /// The field of `width` bytes just read cannot be.
  private func invalid(_ field: String, width: Int = 1) -> Failure {
    Failure(offset: offset - width, reason: .invalid(field))
  }
}
