import RTP
import Wire

/// One RTP stream that a simulated participant sends: header, counts and its sender reports.
struct SentStream: Sendable {
  let ssrc: UInt32
  let payloadType: UInt8
  let clockRate: UInt32
  let mid: [UInt8]
  /// Like libwebrtc's, packets name their section until the receiver has reported on them.
  private(set) var isReportedOn = false
  private(set) var packetCount: UInt32 = 0
  private(set) var octetCount: UInt32 = 0
  private var sequenceNumber: UInt16
  private let firstTimestamp: UInt32
  private let start: MonotonicTime

  /// `random` decides the first timestamp and, unless it is given, the first sequence number: below 2^15, so that its
  /// first roll-over cannot be missed.
  init(
    ssrc: UInt32, payloadType: UInt8, clockRate: UInt32, mid: String, firstSequenceNumber: UInt16? = nil,
    random: UInt64, now: MonotonicTime
  ) {
    self.ssrc = ssrc
    self.payloadType = payloadType
    self.clockRate = clockRate
    self.mid = Array(mid.utf8)
    sequenceNumber = firstSequenceNumber ?? UInt16(truncatingIfNeeded: random) & 0x7fff
    firstTimestamp = UInt32(truncatingIfNeeded: random >> 32)
    start = now
  }

  /// The stream's clock at an instant.
  func timestamp(_ instant: MonotonicTime) -> UInt32 {
    let elapsed = instant.nanoseconds(since: start)
    let (seconds, rest) = elapsed.quotientAndRemainder(dividingBy: 1_000_000_000)
    let ticks = seconds &* Int64(clockRate) &+ rest &* Int64(clockRate) / 1_000_000_000
    return firstTimestamp &+ UInt32(truncatingIfNeeded: ticks)
  }

  /// The next packet. `level` is the audio level extension's byte, if it is to have one, `captured` the absolute capture
  /// time.
  mutating func packet(
    _ payload: [UInt8], timestamp: UInt32, marker: Bool, level: UInt8? = nil, captured: NTPTime? = nil
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: RTPHeaderWriter.maximumLengthWithoutExtensions + 32)
    var length = 0
    do {
      var elements = bytes.mutableSpan
      var output = elements.mutableBytes
      if var writer = RTPHeaderWriter(
        marker: marker, payloadType: payloadType, sequenceNumber: sequenceNumber, timestamp: timestamp, ssrc: ssrc,
        into: &output)
      {
        if !isReportedOn { _ = writer.append(id: ClientOffer.midExtension, mid.span.bytes, into: &output) }
        if let level { _ = writer.append(id: ClientOffer.audioLevelExtension, u8: level, into: &output) }
        if let captured {
          let time = AbsoluteCaptureTime(captured: captured, clockOffset: nil).bytes
          // Without the offset: this is the capturer itself.
          _ = writer.append(
            id: ClientOffer.captureTimeExtension, time.span.bytes.extracting(first: MemoryLayout<UInt64>.size),
            into: &output)
        }
        length = writer.finish(into: &output)
      }
    }
    bytes.removeLast(bytes.count - length)
    sequenceNumber &+= 1
    packetCount &+= 1
    octetCount &+= UInt32(payload.count)
    return bytes + payload
  }

  /// Takes a report of the receiver's.
  mutating func take(_ block: ReportBlock) {
    if block.ssrc == ssrc { isReportedOn = true }
  }

  func report(_ now: MonotonicTime, _ wall: WallTime) -> SenderReport {
    SenderReport(
      ssrc: ssrc, ntpTime: NTPTime(wall), rtpTimestamp: timestamp(now), packetCount: packetCount,
      octetCount: octetCount)
  }
}
