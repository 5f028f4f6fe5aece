import Wire

/// Reads the fields of records of every version.
struct RecordReader {
  typealias Failure = PathRecordDecodeError

  /// In wire order.
  static var distributions: [WritableKeyPath<PathRecord, Distribution>] {
    [\.roundTrip, \.forwardDelay, \.reverseDelay, \.excessDelay, \.delayVariation, \.reverseDelayVariation]
  }

  private var reader: ByteReader
  private let total: Int
  /// Where the record being read ends.
  private var end: Int
  /// Of the record being read.
  private var version: UInt16 = 0

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
    version = try u16()
    guard version <= PathRecord.schemaVersion else { throw Failure(offset: start, reason: .newerVersion(version)) }
    guard version > 0 else { throw Failure(offset: start + 4, reason: .invalid("version")) }
    let record = try body()
    guard offset == end else { throw Failure(offset: offset, reason: .trailingBytes) }
    return record
  }

  private mutating func body() throws(Failure) -> PathRecord {
    let id = try id()
    let length = Int64(bitPattern: try u64())
    // So that no interval ends beyond what can be counted, nor does any that it is merged into.
    guard length > 0, length <= PathRecord.longestInterval.nanoseconds,
      !id.intervalStart.nanoseconds.addingReportingOverflow(length).overflow
    else { throw invalid("interval length", width: 8) }
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
    if version >= 4 { record.hops = try hops() }
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

  private mutating func hops() throws(Failure) -> [RouteHop] {
    let count = try u8()
    guard count <= RouteHop.limit else { throw invalid("number of hops") }
    var hops: [RouteHop] = []
    for _ in 0..<count { hops.append(try hop()) }
    return hops
  }

  private mutating func hop() throws(Failure) -> RouteHop {
    var hop = RouteHop(distance: try u8())
    hop.sent = try u8()
    hop.isTarget = try flag("hop's place")
    let addresses = try u8()
    guard addresses <= RouteHop.answerLimit else { throw invalid("number of a hop's addresses") }
    for _ in 0..<addresses { hop.addresses.append(IPAddress(high: try u64(), low: try u64())) }
    let roundTrips = try u8()
    guard roundTrips <= RouteHop.answerLimit else { throw invalid("number of a hop's round trips") }
    for _ in 0..<roundTrips { hop.roundTrips.append(try varint()) }
    return hop
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
    case 0:
      let kind = try text("probe kind")
      guard !kind.isEmpty else { throw invalid("probe kind") }
      origin = .probe(kind: kind)
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
    guard bucketCount > 0 else { return distribution }
    let (minimum, maximum) = (try varint(), try varint())
    (distribution.minimum, distribution.maximum) = (minimum, maximum)
    guard bucketCount <= min(UInt64(BucketList.bucketLimit), distribution.count) else {
      throw invalid("number of buckets")
    }
    distribution.buckets =
      version < 3
      ? try listedBuckets(Int(bucketCount)) : try packedBuckets(Int(bucketCount), distribution.count, minimum)
    guard distribution.buckets.reduce(0, { $0 &+ $1.count }) == distribution.count, minimum <= maximum,
      distribution.buckets.first?.index == Distribution.bucketIndex(of: minimum),
      distribution.buckets.last?.index == Distribution.bucketIndex(of: maximum)
    else { throw Failure(offset: start, reason: .invalid("distribution")) }
    return distribution
  }

  private mutating func listedBuckets(_ bucketCount: Int) throws(Failure) -> [Distribution.Bucket] {
    var list = BucketList()
    for _ in 0..<bucketCount {
      let (step, count) = (try varint(), try varint())
      guard list.append(step: step, count: count) else { throw invalid("bucket") }
    }
    return list.buckets
  }

  private mutating func packedBuckets(
    _ bucketCount: Int, _ total: UInt64, _ minimum: UInt64
  ) throws(Failure) -> [Distribution.Bucket] {
    let start = offset
    // A copy: how many bytes it takes is known when it has been read.
    var rest = reader
    let bytes: ArraySlice<UInt8>
    do {
      bytes = try rest.read(end - offset)
    } catch {
      throw Failure(offset: error.offset, reason: .truncated)
    }
    var bits = BitReader(bytes)
    guard let buckets = PackedBuckets.read(bucketCount, total: total, minimum: minimum, from: &bits) else {
      throw bits.isExhausted
        ? Failure(offset: end, reason: .truncated) : Failure(offset: start, reason: .invalid("bucket"))
    }
    _ = try read(bits.wholeBytes)
    return buckets
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
    // A NUL ends a text in SQLite: what was stored would bear another name than what was read.
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw invalid(field, width: bytes.count)
    }
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
