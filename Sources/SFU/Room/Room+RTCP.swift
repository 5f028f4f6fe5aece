import RTP
import Wire

/// What the relay does with each type of RTCP. Nothing is passed through.
///
/// | type | received | sent |
/// |---|---|---|
/// | SR (200) | from a source: its clock and ours are related by it; the blocks are read as in RR | for each slot that ever sent, once a second and soon after a switch, from the slot's own line |
/// | RR (201) | blocks about slots: downlink figures and round trip | blocks about the sources heard since the last, in the first report of each compound |
/// | SDES (202) | ignored | CNAME of the slots, in every compound |
/// | BYE (203) | the source is emptied | not sent: slots live as long as the connection |
/// | APP (204), XR (207) | ignored | not sent |
/// | generic NACK (205/1) | answered from the source's ring by RTX; without RTX, not at all | for holes in video, at most 10 times each |
/// | transport-wide feedback (205/15) | ignored | not sent |
/// | PLI (206/1), FIR (206/4) | a keyframe is wanted of the source, unless the slot is vacant or just had one | PLI, at most once in 200 ms for each source |
/// | REMB (206/15) | ignored | not sent |
extension Room {
  /// A decrypted RTCP datagram, compound or reduced-size.
  public mutating func receivedRTCP(
    _ datagram: RawSpan, from participant: ParticipantHandle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    guard participants.contains(participant.place) else { return drops.count(.unknownPeer) }
    guard var compound = RTCPCompound(datagram) else { return drops.count(.rtcpMalformed) }
    while let packet = compound.next(in: datagram) {
      switch packet.type {
      case .senderReport: receivedSenderReport(packet, in: datagram, from: participant, at: now)
      case .receiverReport:
        receivedReceiverReport(packet, in: datagram, from: participant, at: now)
      case .goodbye: receivedGoodbye(packet, in: datagram, from: participant, at: now, into: &output)
      case .transportFeedback, .payloadFeedback:
        receivedFeedback(packet, in: datagram, from: participant, at: now, into: &output)
      default: break
      }
    }
    tellSlots(into: &output)
  }

  private mutating func receivedReceiverReport(
    _ packet: RTCPPacket, in datagram: RawSpan, from participant: ParticipantHandle, at now: MonotonicTime
  ) {
    guard ReceiverReport(packet, in: datagram) != nil else { return drops.count(.rtcpMalformed) }
    var index = 0
    while let block = ReceiverReport.block(index, of: packet, in: datagram) {
      receivedBlock(block, from: participant, at: now)
      index += 1
    }
  }

  private mutating func receivedSenderReport(
    _ packet: RTCPPacket, in datagram: RawSpan, from participant: ParticipantHandle, at now: MonotonicTime
  ) {
    guard let report = SenderReport(packet, in: datagram) else { return drops.count(.rtcpMalformed) }
    var index = 0
    while let block = SenderReport.block(index, of: packet, in: datagram) {
      receivedBlock(block, from: participant, at: now)
      index += 1
    }
    guard let source = participants[participant.place].latches[report.ssrc], sources[source].ssrc == report.ssrc else {
      return
    }
    sources[source].lastSenderReport = (report.ntpTime.compact, now)
    guard report.ntpTime.bits != 0 else { return }
    participants[participant.place].clock.report(report.ntpTime, arrival: now)
    sources[source].clock.reported(report.ntpTime, timestamp: report.rtpTimestamp)
  }

  private mutating func receivedBlock(
    _ block: ReportBlock, from participant: ParticipantHandle, at now: MonotonicTime
  ) {
    if let roundTrip = block.roundTrip(at: ntpTime(at: now).compact) {
      participants[participant.place].measured(roundTrip: Int64(roundTrip) * 1_000_000_000 / 65_536)
    }
    guard let slot = slot(of: participant, ssrc: block.ssrc) else { return }
    slots[slot].report(block)
  }

  private mutating func receivedGoodbye(
    _ packet: RTCPPacket, in datagram: RawSpan, from participant: ParticipantHandle, at now: MonotonicTime,
    into output: inout RoomOutput
  ) {
    guard let goodbye = Goodbye(packet, in: datagram) else { return drops.count(.rtcpMalformed) }
    for index in 0..<goodbye.count {
      let ssrc = goodbye.ssrc(index, in: datagram)
      guard let source = participants[participant.place].latches[ssrc], sources[source].ssrc == ssrc else { continue }
      setLive(source, false, at: now, into: &output)
    }
  }

  private mutating func receivedFeedback(
    _ packet: RTCPPacket, in datagram: RawSpan, from participant: ParticipantHandle, at now: MonotonicTime,
    into output: inout RoomOutput
  ) {
    guard let feedback = Feedback(packet, in: datagram) else {
      // A format that is not known is no error (RFC 4585 section 6.1); one too short for any is.
      if packet.length < Feedback.fixedLength { drops.count(.rtcpMalformed) }
      return
    }
    switch feedback.format {
    case .pictureLoss:
      wantKeyframe(for: feedback.mediaSSRC, of: participant, at: now, into: &output)
    case .fullIntraRequest:
      guard let request = FIR(feedback) else { return drops.count(.rtcpMalformed) }
      for index in 0..<min(request.count, participants[participant.place].slots.count) {
        wantKeyframe(for: request.entry(index, in: datagram).ssrc, of: participant, at: now, into: &output)
      }
    case .nack:
      guard var missing = NACK(feedback) else { return drops.count(.rtcpMalformed) }
      guard let slot = slot(of: participant, ssrc: missing.mediaSSRC) else { return }
      while let sequenceNumber = missing.next(in: datagram) {
        retransmit(sequenceNumber, of: slot, at: now, into: &output)
      }
    case .transportWide, .applicationLayer:
      break
    }
  }

  /// Answers one missing number; a hole the relay forwarded itself stays one until its sender fills it.
  private mutating func retransmit(
    _ sequenceNumber: UInt16, of slot: Slab<Slot>.Handle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    guard let source = slots[slot].current,
      let sequence = slots[slot].forwarder.sourceSequence(of: sequenceNumber)
    else { return }
    guard let packet = sources[source].ring[sequence] else { return drops.count(.staleIndex) }
    let roundTrip = participants[slots[slot].receiver.place].roundTrip
    guard let forward = slots[slot].retransmit(packet, from: source, in: slot, roundTrip: roundTrip, at: now) else {
      return
    }
    if !output.append(forward) { drops.count(.sendQueueFull) }
  }

  private mutating func wantKeyframe(
    for ssrc: UInt32, of participant: ParticipantHandle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    guard let slot = slot(of: participant, ssrc: ssrc), !slots[slot].isAudio, let source = slots[slot].current else {
      return
    }
    if let lastKeyframe = slots[slot].lastKeyframe, now.nanoseconds(since: lastKeyframe) < Slot.keyframeEcho { return }
    requestKeyframe(of: source, at: now, into: &output)
  }

  private func slot(of participant: ParticipantHandle, ssrc: UInt32) -> Slab<Slot>.Handle? {
    for index in 0..<participants[participant.place].slots.count {
      let slot = participants[participant.place].slots[index]
      if slots[slot].ssrc == ssrc { return slot }
    }
    return nil
  }

  // MARK: What is sent

  /// Asks a source's sender for a keyframe, now or when the floor allows.
  mutating func requestKeyframe(
    of source: Slab<Source>.Handle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    if sources[source].keyframes.want(at: now) { sendKeyframeRequest(to: source, at: now, into: &output) }
    nextTimeout = min(nextTimeout, sources[source].keyframes.nextDue)
  }

  mutating func sendKeyframeRequest(
    to source: Slab<Source>.Handle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    guard let ssrc = sources[source].ssrc, !output.isRTCPFull else { return }
    let owner = sources[source].owner
    let feedbackSSRC = participants[owner.place].feedbackSSRC
    var space = output.rtcpSpace()
    guard let start = ReceiverReport(ssrc: feedbackSSRC).write(Span(), into: &space, at: 0),
      let length = PLI(senderSSRC: feedbackSSRC, mediaSSRC: ssrc).write(into: &space, at: start)
    else { return }
    output.appendRTCP(start + length, to: owner)
    sources[source].keyframes.sent(at: now)
  }

  /// Asks a source's sender for what is missing and due.
  mutating func sendDueRequests(to source: Slab<Source>.Handle, at now: MonotonicTime, into output: inout RoomOutput) {
    if sources[source].keyframes.nextDue <= now { sendKeyframeRequest(to: source, at: now, into: &output) }
    guard sources[source].missing.nextDue <= now, let ssrc = sources[source].ssrc, !output.isRTCPFull else { return }
    let owner = sources[source].owner
    var wanted = InlineArray<64, UInt16>(repeating: 0)
    let oldest = (sources[source].statistics.highest ?? 0) - Int64(sources[source].ring.capacity) + 1
    let due = sources[source].missing.takeDue(
      at: now, roundTrip: participants[owner.place].roundTrip, oldest: oldest, into: &wanted)
    if due.hasGivenUp { requestKeyframe(of: source, at: now, into: &output) }
    guard due.count > 0, !output.isRTCPFull else { return }
    let feedbackSSRC = participants[owner.place].feedbackSSRC
    var space = output.rtcpSpace()
    guard let start = ReceiverReport(ssrc: feedbackSSRC).write(Span(), into: &space, at: 0),
      let length = NACK.write(
        senderSSRC: feedbackSSRC, mediaSSRC: ssrc, wanted.span.extracting(0..<due.count), into: &space, at: start)
    else { return }
    output.appendRTCP(start + length, to: owner)
  }

  /// Sends a participant our reports: on what it sent, and for every slot it was ever sent anything in.
  mutating func sendReports(
    to place: Slab<Participant>.Handle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    var blocks = InlineArray<16, ReportBlock>(repeating: ReportBlock.empty)
    var blockCount = 0
    for index in 0..<min(16, participants[place].sources.count) {
      guard let block = sources[participants[place].sources[index]].reportBlock(at: now) else { continue }
      blocks[blockCount] = block
      blockCount += 1
    }
    var length = 0
    let receiver = ParticipantHandle(place: place)
    for index in 0..<participants[place].slots.count {
      let slot = participants[place].slots[index]
      guard slots[slot].forwarder.hasSent else { continue }
      follow(slot, at: now)
      if length > RoomOutput.rtcpBytes - Self.reportBytes {
        output.appendRTCP(length, to: receiver)
        length = 0
      }
      guard !output.isRTCPFull else { return }
      let report = SenderReport(
        ssrc: slots[slot].ssrc, ntpTime: ntpTime(at: now), rtpTimestamp: slots[slot].clock.timestamp(at: now),
        packetCount: slots[slot].packetCount, octetCount: slots[slot].octetCount)
      var space = output.rtcpSpace()
      length += report.write(blocks.span.extracting(0..<blockCount), into: &space, at: length) ?? 0
      blockCount = 0
      length += participants[place].writeName(of: slots[slot].ssrc, into: &space, at: length)
    }
    if length == 0, !output.isRTCPFull {
      let ssrc = participants[place].feedbackSSRC
      var space = output.rtcpSpace()
      length += ReceiverReport(ssrc: ssrc).write(blocks.span.extracting(0..<blockCount), into: &space, at: 0) ?? 0
      length += participants[place].writeName(of: ssrc, into: &space, at: length)
    }
    if length > 0 { output.appendRTCP(length, to: receiver) }
  }

  /// Room for a sender report with as many blocks as a participant can have sources, and the longest CNAME.
  private static var reportBytes: Int { 28 + 16 * ReportBlock.length + 272 }

  /// Brings a slot's line to where its playing source's clock says its timestamps are.
  private mutating func follow(_ slot: Slab<Slot>.Handle, at now: MonotonicTime) {
    guard let source = slots[slot].current, slots[slot].pending != source else { return }
    let owner = sources[source].owner.place
    guard let timestamp = sources[source].clock.timestamp(at: now, by: participants[owner].clock) else { return }
    slots[slot].clock.follow(timestamp &+ slots[slot].forwarder.timestampOffset, at: now)
  }
}

extension Slot {
  mutating func report(_ block: ReportBlock) {
    downlink.report(block, of: forwarder, clockRate: clock.clockRate)
  }
}

extension Source {
  /// Of the packets since the last; `nil` when none came: a report on a silent source would tell nothing new.
  mutating func reportBlock(at now: MonotonicTime) -> ReportBlock? {
    guard wasHeardSinceReport, let ssrc, let report = statistics.report() else { return nil }
    wasHeardSinceReport = false
    var block = ReportBlock(
      ssrc: ssrc, fractionLost: report.fractionLost, cumulativeLost: report.cumulativeLost,
      extendedHighestSequenceNumber: report.extendedHighest, jitter: statistics.jitter.reported, lastSenderReport: 0,
      delaySinceLastSenderReport: 0)
    if let lastSenderReport {
      let delay = max(0, now.nanoseconds(since: lastSenderReport.arrival))
      block.lastSenderReport = lastSenderReport.compact
      block.delaySinceLastSenderReport = UInt32(clamping: delay / 1000 * 65_536 / 1_000_000)
    }
    return block
  }
}

extension Participant {
  /// Writes the CNAME chunk of one of our SSRCs; gives its length.
  func writeName(of ssrc: UInt32, into space: inout MutableRawSpan, at offset: Int) -> Int {
    SourceDescription.write(ssrc: ssrc, name: canonicalName.span.bytes, into: &space, at: offset) ?? 0
  }
}

extension ReportBlock {
  fileprivate static let empty = ReportBlock(
    ssrc: 0, fractionLost: 0, cumulativeLost: 0, extendedHighestSequenceNumber: 0, jitter: 0, lastSenderReport: 0,
    delaySinceLastSenderReport: 0)
}
