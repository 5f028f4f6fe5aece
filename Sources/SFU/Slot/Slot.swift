import RTP
import SDP
import Wire

/// One receive position of one participant: what plays in it, and the stream written into it.
struct Slot: ~Copyable {
  /// A keyframe that left this short a time ago answers a PLI still under way.
  static let keyframeEcho: Int64 = 100_000_000

  let receiver: ParticipantHandle
  let mid: String
  let isAudio: Bool
  let name: SectionName
  let extensions: ExtensionIDs
  let formats: SlotFormats
  /// Payload type of Opus; `CodecTable.none` without.
  let silenceType: UInt8
  let ssrc: UInt32
  let retransmissionSSRC: UInt32?

  var clock: SlotClock
  var forwarder: Forwarder
  var downlink: DownlinkStatistics
  private var resent = ResentTable()
  /// Next sequence number of the RTX stream: it only grows.
  private var nextRetransmission: UInt16

  /// What plays.
  var current: Slab<Source>.Handle?
  /// What is to play from its next keyframe on, or its next packet where it is audio.
  var pending: Slab<Source>.Handle?
  /// Since when the audio slot has been this speaker's.
  var heldSince = MonotonicTime.zero
  /// Whether the receiver has a decoder for what is to play.
  var isDecodable = true
  var lastKeyframe: MonotonicTime?
  /// Of everything written under `ssrc`, for sender reports.
  private(set) var packetCount: UInt32 = 0
  private(set) var octetCount: UInt32 = 0

  init(
    _ section: SlotSection, name: SectionName, receiver: ParticipantHandle, at now: MonotonicTime,
    in codecs: inout CodecTable
  ) {
    self.receiver = receiver
    self.name = name
    mid = section.mid
    isAudio = section.isAudio
    extensions = section.extensions
    formats = SlotFormats(section.formats, redundancyType: section.redundancyPayloadType, in: &codecs)
    silenceType = codecs.number(.opus).map(formats.payloadType) ?? CodecTable.none
    ssrc = section.ssrc
    retransmissionSSRC = section.retransmissionSSRC
    clock = SlotClock(
      clockRate: section.isAudio ? Opus.clockRate : VideoFormat.clockRate, at: now, timestamp: section.timestampOffset)
    forwarder = Forwarder(firstSequenceNumber: section.firstSequenceNumber)
    downlink = DownlinkStatistics(isAudio: section.isAudio)
    nextRetransmission = section.firstSequenceNumber
  }

  /// What is shown, or about to be.
  var shown: Slab<Source>.Handle? { pending ?? current }

  /// Whether `packet` is where `source` can begin to play here.
  func beginsAt(_ packet: StoredPacket, of source: Slab<Source>.Handle) -> Bool {
    guard pending == source, packet.payloadLength > 0 else { return false }
    return isAudio ? !packet.isDiscontinuous : packet.startsKeyframe
  }

  /// Makes the pending source play from `packet` on, which was taken at `time`.
  mutating func begin(with packet: StoredPacket, takenAt time: MonotonicTime, now: MonotonicTime) {
    current = pending
    pending = nil
    isDecodable = true
    heldSince = now
    forwarder.begin(
      with: packet, timestamp: clock.timestamp(at: time),
      step: isAudio ? Opus.silenceTicks : VideoFormat.clockRate / 1000)
  }

  /// Nothing plays any more.
  mutating func vacate() {
    current = nil
    pending = nil
    isDecodable = true
    lastKeyframe = nil
    forwarder.end()
  }

  /// The one transmission of a packet of the playing source; `nil` when it was sent already or is from before the switch.
  mutating func forward(
    _ packet: StoredPacket, from source: Slab<Source>.Handle, in place: Slab<Slot>.Handle, isFirst: Bool
  ) -> Forward? {
    guard let rewritten = forwarder.rewrite(packet) else { return nil }
    var forward = Forward(
      receiver: receiver, kind: .media, isAudio: isAudio, marker: packet.marker || (isAudio && isFirst),
      payloadType: formats.payloadType(packet.codec), ssrc: ssrc, sequenceNumber: rewritten.sequenceNumber,
      timestamp: rewritten.timestamp, indices: rewritten.indices, slot: place, source: source,
      packet: packet.sequence)
    if packet.redundancy > 0, formats.redundancyType != CodecTable.none {
      let reach = forwarder.reach(of: packet)
      if packet.redundancy <= reach {
        forward.payloadType = formats.redundancyType
        forward.redundancy = reach
      }
    }
    return forward
  }

  /// One of the silent frames that close a talk spurt (20 ms).
  mutating func silence(in place: Slab<Slot>.Handle) -> Forward {
    let written = forwarder.append(step: Opus.silenceTicks)
    return Forward(
      receiver: receiver, kind: .silence, isAudio: true, marker: false, payloadType: silenceType, ssrc: ssrc,
      sequenceNumber: written.sequenceNumber, timestamp: written.timestamp, slot: place)
  }

  /// Sends a packet again under the RTX SSRC; `nil` when the receiver has not got one for this codec, or asked for the
  /// same packet less than a round trip ago.
  mutating func retransmit(
    _ packet: StoredPacket, from source: Slab<Source>.Handle, in place: Slab<Slot>.Handle, roundTrip: Int64,
    at now: MonotonicTime
  ) -> Forward? {
    let type = formats.retransmissionType(packet.codec)
    guard let retransmissionSSRC, type != CodecTable.none else { return nil }
    let rewritten = forwarder.rewritten(packet)
    guard resent.allows(rewritten.sequenceNumber, at: now, interval: roundTrip) else { return nil }
    defer { nextRetransmission &+= 1 }
    return Forward(
      receiver: receiver, kind: .retransmission, isAudio: isAudio, marker: packet.marker, payloadType: type,
      ssrc: retransmissionSSRC, sequenceNumber: nextRetransmission, timestamp: rewritten.timestamp,
      originalSequenceNumber: rewritten.sequenceNumber, indices: rewritten.indices, slot: place, source: source,
      packet: packet.sequence)
  }

  /// Counts a packet as its header is written.
  mutating func countSent(byteCount: Int, payloadBytes: Int, isRetransmission: Bool) {
    downlink.sent(byteCount: byteCount, isRetransmission: isRetransmission)
    guard !isRetransmission else { return }
    packetCount &+= 1
    octetCount &+= UInt32(truncatingIfNeeded: payloadBytes)
  }
}

/// When the last packets were sent again: a receiver that asks twice within a round trip gets one answer.
struct ResentTable: BitwiseCopyable {
  private var entries = InlineArray<64, (sequenceNumber: UInt16, at: MonotonicTime)>(
    repeating: (0, MonotonicTime(nanoseconds: .min / 2)))

  mutating func allows(_ sequenceNumber: UInt16, at now: MonotonicTime, interval: Int64) -> Bool {
    let index = Int(sequenceNumber & 63)
    let entry = entries[index]
    if entry.sequenceNumber == sequenceNumber && now.nanoseconds(since: entry.at) < interval { return false }
    entries[index] = (sequenceNumber, now)
    return true
  }
}
