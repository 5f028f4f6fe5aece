import ICE
import RTP
import SDP
import SRTP
import WebRTC
import Wire

/// One simulated participant after signalling, as a value: connectivity, media out, media in and checked, RTCP.
///
/// DTLS happens elsewhere: handshake datagrams come out of `receive`, keys go into `install`. Call `handleTimeout`
/// whenever `nextTimeout` has come, and send what it puts out.
public struct MeetingParticipant: ~Copyable {
  static let reportInterval: Duration = .seconds(1)
  /// A sender that was kept from running catches up with what was due within this time and leaves out the rest.
  static let catchUp: Duration = .milliseconds(200)

  private var connection: ClientConnection
  private let slotsBySSRC: [UInt32: Int]
  public private(set) var statistics: ParticipantStatistics
  private var voice: Voice?
  private var picture: Picture?
  private let frameInterval: Duration
  private let witness: Witness?
  private let isMeasured: Bool
  /// Bound of this machine's clock's error; `nil` while nothing keeps it right. Whoever measures at the other end is told.
  public var clockError: Duration?
  /// What the wall clock is ahead of the monotonic one, in nanoseconds.
  private var wallOffset: Int64 = 0
  /// Voice packets sent; wraps.
  private var voices: UInt32 = 0
  /// The newest mark that came.
  private var heard: (departure: NTPTime, arrival: MonotonicTime)?
  private var isVoiceOn = true
  private var isPictureOn = true
  private var voiceDue = MonotonicTime.never
  private var pictureDue = MonotonicTime.never
  private var reportDue = MonotonicTime.never

  /// `seed` is random: SSRCs, first numbers and ICE's transactions come from it.
  public init(
    _ shape: ClientShape, credentials: ICECredentials, answer: RelayAnswer, seed: UInt64, witness: Witness? = nil,
    now: MonotonicTime
  ) {
    self.witness = witness
    isMeasured = shape.speaks
    var random = SplitMix64(seed: seed)
    connection = ClientConnection(
      local: credentials, remote: answer.credentials, candidates: answer.candidates, seed: random.next(), now: now)
    var voiceOrigin: UInt32?
    for section in shape.sections where section.kind == .microphone || section.kind == .camera {
      let stream = SentStream(
        ssrc: UInt32(truncatingIfNeeded: random.next()),
        payloadType: section.isAudio ? ClientOffer.opus : ClientOffer.vp8, clockRate: section.isAudio ? 48_000 : 90_000,
        mid: section.mid, firstSequenceNumber: shape.firstSequenceNumber, random: random.next(), now: now)
      if section.isAudio {
        voiceOrigin = stream.ssrc
        voice = Voice(stream: stream, speaks: shape.speaks, seed: random.next())
      } else {
        picture = Picture(stream: stream, frameBytes: shape.frameBytes, random: random.next())
      }
    }
    frameInterval = .nanoseconds(1_000_000_000 / min(max(shape.framesPerSecond, 1), 60))
    let audio = Set(shape.sections.filter(\.isAudio).map(\.mid))
    let slots = answer.slots.sorted { $0.key < $1.key }
    slotsBySSRC = Dictionary(uniqueKeysWithValues: slots.enumerated().map { ($0.element.key, $0.offset) })
    statistics = ParticipantStatistics(
      slots: slots.map { SlotReception(mid: $0.value, isAudio: audio.contains($0.value), isSpeech: shape.speaks) },
      voiceOrigin: voiceOrigin, pictureOrigin: picture?.stream.ssrc)
  }

  /// The nominated address: handshake datagrams go there.
  public var remote: Endpoint? { connection.remote }

  public var nextTimeout: MonotonicTime {
    min(min(connection.nextTimeout, reportDue), min(voiceDue, pictureDue))
  }

  /// Takes the handshake's keys; media begins.
  public mutating func install(_ keys: SRTPKeyingMaterial, now: MonotonicTime) throws(LibSRTPSession.Failure) {
    try connection.install(keys)
    statistics.state = .connected
    statistics.profile = keys.client.profile
    reportDue = now
    if voice != nil { voiceDue = now }
    if picture != nil { pictureDue = now }
  }

  /// Checks anew under other credentials (ICE restart); keys and streams go on.
  public mutating func restart(
    local: ICECredentials, remote: ICECredentials, candidates: [Endpoint], seed: UInt64, now: MonotonicTime
  ) {
    connection.restart(local: local, remote: remote, candidates: candidates, seed: seed, now: now)
  }

  /// A packet of the caller's making under the participant's keys: what no honest client would say. Empty before there
  /// are keys.
  public mutating func protect(_ packet: [UInt8]) throws(LibSRTPSession.Failure) -> [UInt8] {
    try connection.protect(packet)
  }

  /// The same for RTCP.
  public mutating func protectRTCP(_ packet: [UInt8]) throws(LibSRTPSession.Failure) -> [UInt8] {
    try connection.protectRTCP(packet)
  }

  /// Switches microphone and camera.
  public mutating func send(voice: Bool, picture: Bool, now: MonotonicTime) {
    guard connection.isKeyed else {
      (isVoiceOn, isPictureOn) = (voice, picture)
      return
    }
    if voice, !isVoiceOn { voiceDue = now }
    if picture, !isPictureOn {
      pictureDue = now
      self.picture?.needsKeyframe = true
    }
    (isVoiceOn, isPictureOn) = (voice, picture)
  }

  /// Takes a datagram; returns it when it is for the handshake.
  public mutating func receive(_ datagram: [UInt8], from remote: Endpoint, now: MonotonicTime) -> [UInt8]? {
    statistics.longestDatagramBytes = max(statistics.longestDatagramBytes, datagram.count)
    // Checks may be answered on any path; everything else belongs to the nominated one.
    if let nominated = connection.remote, remote != nominated, DatagramKind(datagram.span.bytes) != .stun {
      statistics.drops.count(.unknownPeer)
      return nil
    }
    switch connection.receive(datagram, from: remote, now: now) {
    case .rtp(let packet): receiveRTP(packet, now: now)
    case .rtcp(let packet): receiveRTCP(packet, now: now)
    case .dtls(let datagram): return datagram
    case .dropped(let reason): statistics.drops.count(reason)
    case .check: break
    }
    return nil
  }

  private mutating func receiveRTP(_ packet: [UInt8], now: MonotonicTime) {
    let bytes = packet.span.bytes
    guard let header = RTPHeader(bytes), let slot = slotsBySSRC[header.ssrc] else {
      statistics.drops.count(.rtpUndeclaredSource)
      return
    }
    statistics.slots[slot].receive(header, bytes, now: now)
    guard let witness, let seen = witnessed(packet, isAudio: statistics.slots[slot].isAudio, now) else { return }
    if seen.mark != nil, let departure = seen.departure { heard = (departure, now) }
    witness.received(seen)
  }

  private func witnessed(_ packet: [UInt8], isAudio: Bool, _ now: MonotonicTime) -> Witness.Packet? {
    Witness.Packet(packet, isAudio: isAudio, isMarked: isMeasured, time: now, wall: wall(now))
  }

  private func wall(_ now: MonotonicTime) -> WallTime {
    WallTime(nanoseconds: now.nanoseconds &+ wallOffset)
  }

  private func mark(_ now: MonotonicTime) -> CallMark? {
    guard isMeasured else { return nil }
    var mark = CallMark(voices: voices)
    if let heard, let held = UInt32(exactly: max(now.nanoseconds(since: heard.arrival), 0)) {
      mark.echo = heard.departure
      mark.heldNanoseconds = held
    }
    mark.clockErrorMicroseconds = clockError.map { UInt32(clamping: $0.nanoseconds / 1_000 + 1) }
    return mark
  }

  private mutating func receiveRTCP(_ packet: [UInt8], now: MonotonicTime) {
    let bytes = packet.span.bytes
    guard var compound = RTCPCompound(bytes) else {
      statistics.drops.count(.rtcpMalformed)
      return
    }
    while let part = compound.next(in: bytes) {
      if let report = SenderReport(part, in: bytes), let slot = slotsBySSRC[report.ssrc] {
        statistics.slots[slot].receive(report, now: now)
      } else if let feedback = Feedback(part, in: bytes), let loss = PLI(feedback),
        loss.mediaSSRC == picture?.stream.ssrc
      {
        statistics.keyframeRequests += 1
        picture?.needsKeyframe = true
      }
      var index = 0
      while let block = Self.block(index, of: part, in: bytes) {
        voice?.stream.take(block)
        picture?.stream.take(block)
        index += 1
      }
    }
    statistics.isSendingMids = voice?.stream.isReportedOn == false || picture?.stream.isReportedOn == false
  }

  /// A report block of either kind of report.
  private static func block(_ index: Int, of part: RTCPPacket, in bytes: RawSpan) -> ReportBlock? {
    if let block = SenderReport.block(index, of: part, in: bytes) { return block }
    return ReceiverReport.block(index, of: part, in: bytes)
  }

  /// Does what is due by `now`; `wall` is the same instant on the wall clock.
  public mutating func handleTimeout(_ now: MonotonicTime, wall: WallTime, into output: inout [ICEClient.Transmit]) {
    wallOffset = wall.nanoseconds &- now.nanoseconds
    output += connection.handleTimeout(now)
    if case .failed = connection.state, statistics.state == .connecting || statistics.state == .connected {
      statistics.state = .failed("The relay does not answer connectivity checks.")
    }
    guard connection.isKeyed, let remote else { return }
    let captured = isMeasured ? NTPTime(wall) : nil
    while voiceDue <= now {
      if isVoiceOn, let packet = voice?.packet(voiceDue, captured: captured) {
        send(packet, isAudio: true, now, to: remote, &output)
        voices &+= 1
      }
      voiceDue = isVoiceOn ? next(voiceDue, Voice.interval, now) : .never
    }
    while pictureDue <= now {
      if isPictureOn {
        let mark = mark(now)
        for packet in picture?.packets(pictureDue, mark: mark, captured: captured) ?? [] {
          send(packet, isAudio: false, now, to: remote, &output)
        }
      }
      pictureDue = isPictureOn ? next(pictureDue, frameInterval, now) : .never
    }
    if reportDue <= now {
      report(now, wall, to: remote, &output)
      reportDue = now + Self.reportInterval
    }
  }

  private func next(_ due: MonotonicTime, _ interval: Duration, _ now: MonotonicTime) -> MonotonicTime {
    max(due + interval, now.advanced(byNanoseconds: -Self.catchUp.nanoseconds))
  }

  private mutating func send(
    _ packet: [UInt8], isAudio: Bool, _ now: MonotonicTime, to remote: Endpoint, _ output: inout [ICEClient.Transmit]
  ) {
    do {
      output.append(ICEClient.Transmit(destination: remote, bytes: try connection.protect(packet)))
      if let witness, let seen = witnessed(packet, isAudio: isAudio, now) { witness.sent(seen) }
      statistics.sentPackets += 1
    } catch {
      statistics.drops.count(.srtpIndexUsed)
    }
  }

  /// A sender report for each stream, with the slots' blocks in the first; a receiver report where nothing is sent.
  private mutating func report(
    _ now: MonotonicTime, _ wall: WallTime, to remote: Endpoint, _ output: inout [ICEClient.Transmit]
  ) {
    var blocks: [ReportBlock] = []
    for (ssrc, slot) in slotsBySSRC where blocks.count < ReportBlock.maximumCount {
      if let block = statistics.slots[slot].reportBlock(ssrc: ssrc, now: now) { blocks.append(block) }
    }
    let reports = [voice?.report(now, wall), picture?.stream.report(now, wall)].compactMap { $0 }
    var bytes = [UInt8](repeating: 0, count: 1_200)
    var length = 0
    do {
      var elements = bytes.mutableSpan
      var space = elements.mutableBytes
      for (index, report) in reports.enumerated() {
        let written =
          index == 0 ? report.write(blocks.span, into: &space, at: 0) : report.write(into: &space, at: length)
        length += written ?? 0
      }
      if reports.isEmpty { length = ReceiverReport(ssrc: 1).write(blocks.span, into: &space, at: 0) ?? 0 }
    }
    bytes.removeLast(bytes.count - length)
    guard let protected = try? connection.protectRTCP(bytes) else { return }
    output.append(ICEClient.Transmit(destination: remote, bytes: protected))
  }

  /// Why it ended, from outside.
  mutating func end(_ state: ParticipantStatistics.State) {
    statistics.state = state
    (voiceDue, pictureDue, reportDue) = (.never, .never, .never)
  }
}
