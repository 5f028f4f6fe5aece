import RTP
import Wire

/// What came in one slot, checked packet by packet.
public struct SlotReception: Sendable {
  /// How many origins are told apart; packets of further ones are still counted and checked.
  public static let originCapacity = 64

  public let mid: String
  public let isAudio: Bool
  /// Distinct packets.
  public private(set) var packetCount = 0
  /// Packets of which some bit was not as it was sent.
  public private(set) var corruptCount = 0
  /// Packets without content, such as silence that closes a slot.
  public private(set) var emptyCount = 0
  public private(set) var keyframeCount = 0
  /// Packets by who made their content.
  public private(set) var packetsByOrigin: [UInt32: Int] = [:]
  /// The origin of the packet that came last.
  public private(set) var currentOrigin: UInt32?

  /// What is heard is a codec's, so that nothing of it can be checked; pictures are marked.
  private let isSpeech: Bool
  private var sequence = SequenceUnwrapper()
  private var first: Int64?
  private var jitter: InterarrivalJitter
  private var lastTimestamp: UInt32?
  private var reported: (expected: Int64, received: Int) = (0, 0)
  private var lastReport: (compact: UInt32, arrival: MonotonicTime)?

  init(mid: String, isAudio: Bool, isSpeech: Bool = false) {
    self.mid = mid
    self.isAudio = isAudio
    self.isSpeech = isSpeech
    jitter = InterarrivalJitter(clockRate: isAudio ? 48_000 : 90_000)
  }

  /// Packets missing between the first and the last; negative when some came twice.
  public var lostCount: Int64 { expectedCount - Int64(packetCount) }

  private var expectedCount: Int64 {
    guard let first, let highest = sequence.highest else { return 0 }
    return highest - first + 1
  }

  /// Takes a decrypted packet.
  mutating func receive(_ header: RTPHeader, _ packet: RawSpan, now: MonotonicTime) {
    let number = sequence.unwrap(header.sequenceNumber)
    first = min(first ?? number, number)
    packetCount += 1
    if lastTimestamp != header.timestamp { jitter.update(arrival: now, timestamp: header.timestamp) }
    lastTimestamp = header.timestamp
    guard let payload = header.payload(in: packet) else {
      corruptCount += 1
      return
    }
    check(payload)
  }

  private mutating func check(_ payload: RawSpan) {
    let content: TestContent?
    if isAudio {
      // Opus silence is shorter than any content.
      if payload.byteCount <= TestContent.minimumByteCount {
        emptyCount += 1
        return
      }
      if isSpeech { return }
      content = Voice.content(of: payload)
    } else {
      let picture = Picture.part(payload, isMarked: isSpeech)
      if picture?.startsKeyframe == true { keyframeCount += 1 }
      content = picture?.content
    }
    guard let content else {
      corruptCount += 1
      return
    }
    currentOrigin = content.origin
    if packetsByOrigin[content.origin] != nil || packetsByOrigin.count < Self.originCapacity {
      packetsByOrigin[content.origin, default: 0] += 1
    }
  }

  mutating func receive(_ report: SenderReport, now: MonotonicTime) {
    lastReport = (report.ntpTime.compact, now)
  }

  /// What to report of the slot; `nil` before its first packet.
  mutating func reportBlock(ssrc: UInt32, now: MonotonicTime) -> ReportBlock? {
    guard let highest = sequence.highest else { return nil }
    let expected = expectedCount - reported.expected
    let lost = expected - Int64(packetCount - reported.received)
    reported = (expectedCount, packetCount)
    let delay = lastReport.map { now.nanoseconds(since: $0.arrival) * 65_536 / 1_000_000_000 } ?? 0
    return ReportBlock(
      ssrc: ssrc, fractionLost: expected > 0 && lost > 0 ? UInt8(min(lost * 256 / expected, 255)) : 0,
      cumulativeLost: Int32(truncatingIfNeeded: lostCount),
      extendedHighestSequenceNumber: UInt32(truncatingIfNeeded: highest), jitter: jitter.reported,
      lastSenderReport: lastReport?.compact ?? 0, delaySinceLastSenderReport: UInt32(truncatingIfNeeded: delay))
  }
}
