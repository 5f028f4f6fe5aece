import RTP
import SDP
import Wire

@testable import SFU

/// A browser's worth of behaviour: sources, receive sections, reports, NACK and PLI.
struct SimulatedClient {
  let id: String
  let handle: ParticipantHandle
  var sources: [SimulatedSource]
  var receivers: [SimulatedReceiver]
  var uplink: SimulatedLink
  var downlink: SimulatedLink
  /// How its NTP clock differs from relay time: nanoseconds and parts per million.
  var clockOffset: Int64
  var clockSkew: Double
  var sendsNACK = true
  var events: [RoomEvent] = []
  /// SSRCs that the relay has reported on.
  var reported: Set<UInt32> = []
  var isHere = true

  func ntpTime(at time: MonotonicTime) -> NTPTime {
    let drift = Int64(Double(time.nanoseconds) * clockSkew / 1e6)
    return NTPTime(WallTime(nanoseconds: time.nanoseconds + drift + clockOffset))
  }

  /// Its reports: one sender report for each source that sends, and what it receives.
  mutating func reports(at now: MonotonicTime) -> [[UInt8]] {
    let blocks = receivers.compactMap { $0.block(at: now) }
    var datagrams: [[UInt8]] = []
    var isFirst = true
    for source in sources where source.isOn && source.packetCount > 0 {
      let report = SenderReport(
        ssrc: source.ssrc, ntpTime: ntpTime(at: now), rtpTimestamp: source.timestamp(at: now),
        packetCount: source.packetCount, octetCount: 0)
      datagrams.append(written { report.write((isFirst ? blocks : []).span, into: &$0, at: 0) })
      isFirst = false
    }
    if isFirst, !blocks.isEmpty {
      datagrams.append(written { ReceiverReport(ssrc: 1).write(blocks.span, into: &$0, at: 0) })
    }
    return datagrams
  }

  mutating func feedback(at now: MonotonicTime) -> [[UInt8]] {
    guard sendsNACK else { return [] }
    var datagrams: [[UInt8]] = []
    for index in receivers.indices where !receivers[index].isAudio {
      let wanted = receivers[index].missing(at: now, every: 2 * (uplink.delay + downlink.delay) + 30_000_000)
      guard !wanted.isEmpty else { continue }
      let ssrc = receivers[index].ssrc
      datagrams.append(written { NACK.write(senderSSRC: 1, mediaSSRC: ssrc, wanted.span, into: &$0, at: 0) })
    }
    return datagrams
  }

  /// Takes RTCP from the relay; gives what its encoders send again.
  mutating func receiveRTCP(_ bytes: [UInt8], at now: MonotonicTime) -> [[UInt8]] {
    let span = bytes.span.bytes
    guard var compound = RTCPCompound(span) else { return [] }
    var again: [[UInt8]] = []
    while let packet = compound.next(in: span) {
      if let report = SenderReport(packet, in: span),
        let index = receivers.firstIndex(where: { $0.ssrc == report.ssrc })
      {
        receivers[index].reports.append(report)
        receivers[index].lastReport = (report.ntpTime.compact, now)
      }
      for index in 0..<31 {
        if let block = ReceiverReport.block(index, of: packet, in: span)
          ?? SenderReport.block(index, of: packet, in: span)
        {
          reported.insert(block.ssrc)
        }
      }
      guard let feedback = Feedback(packet, in: span) else { continue }
      if let loss = PLI(feedback), let index = sources.firstIndex(where: { $0.ssrc == loss.mediaSSRC }) {
        sources[index].wantsKeyframe = true
        sources[index].requestsReceived += 1
      }
      if var missing = NACK(feedback), let index = sources.firstIndex(where: { $0.ssrc == missing.mediaSSRC }) {
        while let number = missing.next(in: span) {
          if let datagram = sources[index].again(number) { again.append(datagram) }
        }
      }
    }
    return again
  }

  mutating func receive(_ packet: SimulatedReceiver.Packet) {
    for index in receivers.indices {
      if receivers[index].ssrc == packet.header.ssrc { receivers[index].arrive(packet.header.sequenceNumber) }
      if receivers[index].retransmissionSSRC == packet.header.ssrc {
        receivers[index].repair(UInt16(packet.payload[0]) << 8 | UInt16(packet.payload[1]))
      }
    }
  }

  private func written(_ write: (inout MutableRawSpan) -> Int?) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1200)
    var length = 0
    do {
      var span = bytes.mutableSpan
      var raw = span.mutableBytes
      length = write(&raw) ?? 0
    }
    return Array(bytes[..<length])
  }
}
