import RTP
import Wire

@testable import SFU

/// What one receive section was sent, and what arrived of it.
struct SimulatedReceiver {
  struct Packet {
    var datagram: [UInt8]
    var sentAt: MonotonicTime
    var header: RTPHeader
    var csrc: UInt32?
    var payload: [UInt8]
    var stamp: Stamp?
    var vp8: VP8Descriptor?
    var mid: String?
    var audioLevel: AudioLevel?
    /// Relay time that the newest sender report gives its timestamp.
    var reportedTime: Int64?

    /// The data of a header extension.
    func element(_ id: UInt8) -> [UInt8]? {
      header.headerExtension(id, in: datagram.span.bytes).map { Array(datagram[$0.offset..<($0.offset + $0.length)]) }
    }
  }

  let mid: String
  let isAudio: Bool
  let ssrc: UInt32
  let retransmissionSSRC: UInt32?
  /// In the order in which the room put them out, before the link took its share.
  var packets: [Packet] = []
  var retransmissions: [Packet] = []
  var reports: [SenderReport] = []

  /// Sequence numbers that arrived, unwrapped, by their own SSRC.
  var arrived: Set<Int64> = []
  var repaired: Set<Int64> = []
  private var unwrapper = SequenceUnwrapper()
  private var first: Int64?
  private var asked: [Int64: (tries: Int, at: MonotonicTime)] = [:]
  var lastReport: (compact: UInt32, at: MonotonicTime)?

  init(mid: String, isAudio: Bool, ssrc: UInt32, retransmissionSSRC: UInt32?) {
    self.mid = mid
    self.isAudio = isAudio
    self.ssrc = ssrc
    self.retransmissionSSRC = retransmissionSSRC
  }

  var clockRate: Double { isAudio ? 48_000 : 90_000 }

  mutating func arrive(_ sequenceNumber: UInt16) {
    let sequence = unwrapper.unwrap(sequenceNumber)
    arrived.insert(sequence)
    first = min(first ?? sequence, sequence)
  }

  mutating func repair(_ original: UInt16) {
    repaired.insert(unwrapper.peek(original))
  }

  /// Holes to ask for at `now`.
  mutating func missing(at now: MonotonicTime, every interval: Int64) -> [UInt16] {
    guard let highest = unwrapper.highest, let first else { return [] }
    var wanted: [UInt16] = []
    for sequence in max(first, highest - 200)..<highest + 1
    where !arrived.contains(sequence) && !repaired.contains(sequence) {
      let last = asked[sequence] ?? (0, MonotonicTime(nanoseconds: .min / 2))
      guard last.tries < 10, now.nanoseconds(since: last.at) >= interval else { continue }
      asked[sequence] = (last.tries + 1, now)
      wanted.append(UInt16(truncatingIfNeeded: sequence))
    }
    return wanted
  }

  /// A report block as libwebrtc makes it: what came by retransmission is lost all the same.
  func block(at now: MonotonicTime) -> ReportBlock? {
    guard let highest = unwrapper.highest, let first else { return nil }
    let base = first & ~0xffff
    let delay = lastReport.map { now.nanoseconds(since: $0.at) * 65_536 / 1_000_000_000 } ?? 0
    return ReportBlock(
      ssrc: ssrc, fractionLost: 0, cumulativeLost: Int32(highest - first + 1) - Int32(arrived.count),
      extendedHighestSequenceNumber: UInt32(truncatingIfNeeded: highest - base), jitter: 0,
      lastSenderReport: lastReport?.compact ?? 0, delaySinceLastSenderReport: UInt32(delay))
  }

  /// Wall time when virtual time is one second.
  static let wallStart = WallTime(seconds: 1_700_000_000)

  /// Virtual time that the newest sender report gives a timestamp, in nanoseconds.
  func reportedTime(of timestamp: UInt32) -> Int64? {
    guard let report = reports.last else { return nil }
    let ticks = timestamp.serialDistance(from: report.rtpTimestamp)
    let reportedAt = report.ntpTime.wallTime(near: Self.wallStart).nanoseconds(since: Self.wallStart)
    return 1_000_000_000 + reportedAt + Int64(Double(ticks) / clockRate * 1e9)
  }

  // MARK: What must hold

  /// The first packet sent of each number, in the order of the numbers; `nil` when a number was sent twice.
  func inOrder() -> [(sequence: Int64, packet: Packet)]? {
    var unwrapper = SequenceUnwrapper()
    let numbered = packets.map { (unwrapper.unwrap($0.header.sequenceNumber), $0) }
    guard Set(numbered.map(\.0)).count == numbered.count else { return nil }
    return numbered.sorted { $0.0 < $1.0 }
  }
}
