import Wire

/// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1), walked
/// packet by packet.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |      base sequence number     |      packet status count      |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                 reference time                | fb pkt. count |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |          packet chunk         |         packet chunk          |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     .                                                               .
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |         packet chunk          |  recv delta   |  recv delta   |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public struct TransportFeedback: Sendable, BitwiseCopyable {
  /// Nanoseconds in one unit of a delta, and deltas' units in one of the reference time.
  public static let tickNanoseconds: Int64 = 250_000
  public static let ticksPerReference: Int64 = 256
  private static let fixedLength = 8

  /// What the receiver says of one packet.
  public struct Status: Equatable, Sendable, BitwiseCopyable {
    public let sequenceNumber: UInt16
    /// Ticks of 250 µs since the packet before that arrived, or for the first since the reference time; `nil` when this
    /// one has not arrived.
    public let delta: Int16?
  }

  public let senderSSRC: UInt32
  public let mediaSSRC: UInt32
  public let baseSequenceNumber: UInt16
  /// Units of 64 ms, signed 24 bits.
  public let referenceTime: Int32
  /// Counts the feedback packets, so that lost ones show.
  public let feedbackCount: UInt8
  /// How many packets are told of: 1–65,535.
  public let count: Int

  private var given = 0
  private var chunk = Chunk(bits: 0)
  private var symbolIndex = 0
  private var chunkOffset: Int
  private var deltaOffset: Int

  /// `nil` when the feedback has another format, tells of no packet, uses a reserved symbol or is cut short.
  public init?(_ feedback: Feedback, in datagram: RawSpan) {
    guard feedback.format == .transportWide, feedback.length >= Self.fixedLength + 2 else { return nil }
    senderSSRC = feedback.senderSSRC
    mediaSSRC = feedback.mediaSSRC
    baseSequenceNumber = datagram.u16(at: feedback.offset)
    count = Int(datagram.u16(at: feedback.offset + 2))
    referenceTime = Int32(bitPattern: datagram.u24(at: feedback.offset + 4) << 8) >> 8
    feedbackCount = datagram.u8(at: feedback.offset + 7)
    chunkOffset = feedback.offset + Self.fixedLength

    let end = feedback.offset + feedback.length
    var offset = chunkOffset
    var remaining = count
    var deltaBytes = 0
    while remaining > 0 {
      guard end - offset >= 2 else { return nil }
      let chunk = Chunk(bits: datagram.u16(at: offset))
      let told = min(chunk.capacity, remaining)
      guard told > 0, let bytes = chunk.deltaBytes(ofFirst: told) else { return nil }
      deltaBytes += bytes
      remaining -= told
      offset += 2
    }
    guard count > 0, deltaBytes <= end - offset else { return nil }
    deltaOffset = offset
  }

  /// The next packet's status, in ascending order of sequence numbers.
  public mutating func next(in datagram: RawSpan) -> Status? {
    guard given < count else { return nil }
    if symbolIndex == chunk.capacity {
      chunk = Chunk(bits: datagram.u16(at: chunkOffset))
      chunkOffset += 2
      symbolIndex = 0
    }
    let sequenceNumber = baseSequenceNumber &+ UInt16(truncatingIfNeeded: given)
    let symbol = chunk.symbol(symbolIndex)
    given += 1
    symbolIndex += 1
    defer { deltaOffset += symbol.deltaBytes }
    let delta: Int16? =
      switch symbol {
      case .notReceived, .reserved: nil
      case .smallDelta: Int16(datagram.u8(at: deltaOffset))
      case .largeDelta: Int16(bitPattern: datagram.u16(at: deltaOffset))
      }
    return Status(sequenceNumber: sequenceNumber, delta: delta)
  }

  /// Bytes written, and how many of the arrivals they tell of.
  public struct Written: Equatable, Sendable, BitwiseCopyable {
    public let length: Int
    public let count: Int
  }

  /// Writes feedback on the packets from `baseSequenceNumber` on. `arrivals[i]` is when packet `base + i` arrived, `.never`
  /// when it has not. Stops before an arrival that is more than 8 s from the one before it and where `out` ends: send
  /// another packet for the rest. `nil` when nothing arrived or nothing fits.
  public static func write(
    senderSSRC: UInt32, mediaSSRC: UInt32, feedbackCount: UInt8, baseSequenceNumber: UInt16,
    arrivals: Span<MonotonicTime>, into out: inout MutableRawSpan, at offset: Int
  ) -> Written? {
    guard let first = firstArrival(in: arrivals) else { return nil }
    let reference = floorDivide(ticks(first), ticksPerReference)
    var encoding = Encoding(arrivals: arrivals, referenceTicks: reference * ticksPerReference)

    // How many statuses fit: a chunk tells of seven at least, the last one excepted.
    let room = out.byteCount - offset - Feedback.fixedLength - fixedLength - 3
    var count = 0
    var deltaBytes = 0
    while count < min(arrivals.count, Int(UInt16.max)), let symbol = encoding.next() {
      let bytes = deltaBytes + symbol.deltaBytes
      guard 2 * (count / 7 + 1) + bytes <= room else { break }
      deltaBytes = bytes
      count += 1
    }
    guard count > 0, deltaBytes > 0 else { return nil }

    let start = offset + Feedback.fixedLength
    out.store(u16: baseSequenceNumber, at: start)
    out.store(u16: UInt16(count), at: start + 2)
    out.store(u24: UInt32(truncatingIfNeeded: reference), at: start + 4)
    out.store(u8: feedbackCount, at: start + 7)

    var end = start + fixedLength
    encoding.restart()
    var told = 0
    while told < count {
      let (chunk, covered) = encoding.nextChunk(atMost: count - told)
      out.store(u16: chunk.bits, at: end)
      end += 2
      told += covered
    }
    encoding.restart()
    for _ in 0..<count {
      switch encoding.next() {
      case .smallDelta:
        out.store(u8: UInt8(truncatingIfNeeded: encoding.delta), at: end)
        end += 1
      case .largeDelta:
        out.store(u16: UInt16(truncatingIfNeeded: encoding.delta), at: end)
        end += 2
      case .notReceived, .reserved, nil: break
      }
    }
    while (end - offset) % 4 != 0 {
      out.store(u8: 0, at: end)
      end += 1
    }
    guard
      Feedback.writeHeader(
        .transportWide, senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, length: end - offset, into: &out, at: offset)
    else { return nil }
    return Written(length: end - offset, count: count)
  }

  private static func firstArrival(in arrivals: Span<MonotonicTime>) -> MonotonicTime? {
    for index in 0..<arrivals.count where arrivals[index] != .never { return arrivals[index] }
    return nil
  }

  fileprivate static func ticks(_ time: MonotonicTime) -> Int64 {
    floorDivide(time.nanoseconds, tickNanoseconds)
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

/// Two bits for each packet.
private enum Symbol: UInt16 {
  case notReceived
  case smallDelta
  case largeDelta
  case reserved

  var deltaBytes: Int {
    switch self {
    case .notReceived, .reserved: 0
    case .smallDelta: 1
    case .largeDelta: 2
    }
  }
}

/// A run of one symbol, or a vector of 14 one-bit or 7 two-bit symbols.
///
///     |0| S |       Run Length        |
///     |1|0|     14 one-bit symbols    |
///     |1|1|      7 two-bit symbols    |
private struct Chunk: BitwiseCopyable {
  static let maximumRun = 0x1fff
  var bits: UInt16

  var isRun: Bool { bits & 0x8000 == 0 }
  var isOneBit: Bool { bits & 0x4000 == 0 }

  /// How many packets it tells of; 0 for an empty run.
  var capacity: Int {
    isRun ? Int(bits & 0x1fff) : isOneBit ? 14 : 7
  }

  func symbol(_ index: Int) -> Symbol {
    let value =
      if isRun { bits >> 13 } else if isOneBit { bits >> UInt16(13 - index) & 1 } else {
        bits >> UInt16(12 - 2 * index) & 3
      }
    return Symbol(rawValue: value & 3) ?? .reserved
  }

  /// Bytes of deltas that the first symbols want; `nil` with a reserved symbol among them.
  func deltaBytes(ofFirst count: Int) -> Int? {
    if isRun {
      let symbol = symbol(0)
      return symbol == .reserved ? nil : count * symbol.deltaBytes
    }
    var bytes = 0
    for index in 0..<count {
      let symbol = symbol(index)
      if symbol == .reserved { return nil }
      bytes += symbol.deltaBytes
    }
    return bytes
  }
}

/// Turns arrivals into symbols and deltas, one after the other.
private struct Encoding: ~Escapable {
  let arrivals: Span<MonotonicTime>
  let referenceTicks: Int64
  var index = 0
  var lastTicks: Int64
  /// The delta of the symbol given last.
  var delta: Int64 = 0

  @_lifetime(copy arrivals)
  init(arrivals: Span<MonotonicTime>, referenceTicks: Int64) {
    self.arrivals = arrivals
    self.referenceTicks = referenceTicks
    lastTicks = referenceTicks
  }

  mutating func restart() {
    index = 0
    lastTicks = referenceTicks
  }

  /// `nil` at the end and before a delta of more than 16 bits.
  mutating func next() -> Symbol? {
    guard index < arrivals.count else { return nil }
    let arrival = arrivals[index]
    guard arrival != .never else {
      index += 1
      return .notReceived
    }
    let ticks = TransportFeedback.ticks(arrival)
    delta = ticks &- lastTicks
    guard Int64(Int16.min)...Int64(Int16.max) ~= delta else { return nil }
    index += 1
    lastTicks = ticks
    return 0...255 ~= delta ? .smallDelta : .largeDelta
  }

  /// The chunk that tells most of what comes next, and how many statuses it covers, at most `limit` (at least 1).
  mutating func nextChunk(atMost limit: Int) -> (chunk: Chunk, covered: Int) {
    let start = (index: index, ticks: lastTicks)
    var vector: UInt32 = 0  // The first 14 symbols, two bits each.
    var firstSymbol: Symbol?
    var run = 0
    var length = 0
    var hasLarge = false
    while length < min(limit, Chunk.maximumRun), let symbol = next() {
      if firstSymbol == nil { firstSymbol = symbol }
      let continuesRun = run == length && symbol == firstSymbol
      if length >= 14, !continuesRun { break }
      if length < 14 {
        vector |= UInt32(symbol.rawValue) << UInt32(26 - 2 * length)
        hasLarge = hasLarge || symbol == .largeDelta
      }
      if continuesRun { run += 1 }
      length += 1
    }
    let first = firstSymbol ?? .notReceived
    let chunk: Chunk
    let covered: Int
    if run >= (hasLarge ? 7 : 14) || run == limit {
      chunk = Chunk(bits: first.rawValue << 13 | UInt16(run))
      covered = run
    } else if hasLarge {
      chunk = Chunk(bits: 0xc000 | UInt16(truncatingIfNeeded: vector >> 14))
      covered = min(7, length)
    } else {
      var bits: UInt16 = 0
      for index in 0..<14 { bits = bits << 1 | UInt16(truncatingIfNeeded: vector >> UInt32(26 - 2 * index) & 1) }
      chunk = Chunk(bits: 0x8000 | bits)
      covered = min(14, length)
    }
    // Step over what is covered, from where this chunk began.
    (index, lastTicks) = start
    for _ in 0..<covered { _ = next() }
    return (chunk, covered)
  }
}
