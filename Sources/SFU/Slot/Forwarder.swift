import RTP
import Wire

/// Writes one source after another into one slot as a single continuous stream.
///
/// While a source plays, everything is the source's own plus an offset: a hole stays a hole, which the receiver reports
/// and a retransmission can still fill, and a packet that comes late finds the number kept for it. A switch chooses new
/// offsets, so that the first packet of the new source follows the last one sent. Another source and another encoding of
/// the same source are the same act.
struct Forwarder: ~Copyable {
  /// Unwrapped sequence number of the newest packet sent; one less than the first before any was.
  private(set) var highest: Int64
  /// Before the first packet was sent.
  let start: Int64
  private(set) var lastTimestamp: UInt32 = 0
  private var last = PictureIndices()
  private var sent = SentWindow()

  /// First packet of the tenure, as the source counts.
  private var base: Int64 = .max
  private var sequenceOffset: Int64 = 0
  private(set) var timestampOffset: UInt32 = 0
  private var offsets = PictureIndices()
  /// The source's timestamp at the tenure's beginning; not asked any more once the tenure `isSettled`.
  private var firstTimestamp: UInt32 = 0
  private var isSettled = false

  init(firstSequenceNumber: UInt16) {
    // A cycle above zero, so that nothing below the first number is negative.
    highest = 0x1_0000 + Int64(firstSequenceNumber) - 1
    start = highest
  }

  var hasSent: Bool { highest > start }

  /// What differs in one packet of the playing source.
  struct Rewritten: BitwiseCopyable {
    var sequenceNumber: UInt16
    var timestamp: UInt32
    var indices: PictureIndices
  }

  /// Begins a tenure with `packet`, which follows everything sent before.
  ///
  /// - Parameters:
  ///   - timestamp: where the packet belongs on the slot's line.
  ///   - step: the least ticks between the last timestamp sent and the next.
  mutating func begin(with packet: StoredPacket, timestamp: UInt32, step: UInt32) {
    base = packet.sequence
    sequenceOffset = highest + 1 - packet.sequence
    var first = timestamp
    if hasSent, timestamp.serialDistance(from: lastTimestamp) < Int32(step) { first = lastTimestamp &+ step }
    timestampOffset = first &- packet.timestamp
    offsets = last.offsets(to: packet.indices)
    firstTimestamp = packet.timestamp
    isSettled = false
  }

  /// Rewrites a packet for its one transmission; `nil` when it lies before the tenure or was sent already.
  mutating func rewrite(_ packet: StoredPacket) -> Rewritten? {
    guard packet.sequence >= base else { return nil }
    let sequence = packet.sequence &+ sequenceOffset
    guard sent.insert(sequence) else { return nil }
    let rewritten = rewritten(packet, as: sequence)
    if sequence > highest {
      highest = sequence
      lastTimestamp = rewritten.timestamp
      last.follow(rewritten.indices)
      if !isSettled { isSettled = reach(of: packet) == Self.farthestReach }
    }
    return rewritten
  }

  /// As far back as redundant audio can say (RFC 2198 section 3: 14 bits).
  static let farthestReach: UInt16 = 0x3fff

  /// How many ticks before `packet` the tenure began: what is older belongs to another time line.
  func reach(of packet: StoredPacket) -> UInt16 {
    if isSettled { return Self.farthestReach }
    return UInt16(min(max(packet.timestamp.serialDistance(from: firstTimestamp), 0), Int32(Self.farthestReach)))
  }

  /// The next packet, which no source sent: silence.
  mutating func append(step: UInt32) -> Rewritten {
    highest += 1
    _ = sent.insert(highest)
    lastTimestamp &+= step
    return Rewritten(
      sequenceNumber: UInt16(truncatingIfNeeded: highest), timestamp: lastTimestamp, indices: PictureIndices())
  }

  /// Ends the tenure: no packet of the source is written any more.
  mutating func end() {
    base = .max
  }

  /// Which packet of the playing source went out under `sequenceNumber`; `nil` when none did in this tenure.
  func sourceSequence(of sequenceNumber: UInt16) -> Int64? {
    let sequence = unwrap(sequenceNumber)
    guard base != .max, sequence <= highest, sent.contains(sequence) else { return nil }
    let packet = sequence &- sequenceOffset
    return packet >= base ? packet : nil
  }

  /// What a packet of this tenure was rewritten to.
  func rewritten(_ packet: StoredPacket) -> Rewritten {
    rewritten(packet, as: packet.sequence &+ sequenceOffset)
  }

  /// The number nearest to the newest one sent.
  func unwrap(_ sequenceNumber: UInt16) -> Int64 {
    highest + Int64(sequenceNumber.serialDistance(from: UInt16(truncatingIfNeeded: highest)))
  }

  /// How many numbers of `range` were never sent; 0 when they lie too far back to say.
  func holes(in range: Range<Int64>) -> Int {
    guard !range.isEmpty, range.lowerBound > highest - Int64(SentWindow.length) else { return 0 }
    return range.count - sent.count(in: range)
  }

  private func rewritten(_ packet: StoredPacket, as sequence: Int64) -> Rewritten {
    Rewritten(
      sequenceNumber: UInt16(truncatingIfNeeded: sequence), timestamp: packet.timestamp &+ timestampOffset,
      indices: packet.indices.moved(by: offsets))
  }
}
