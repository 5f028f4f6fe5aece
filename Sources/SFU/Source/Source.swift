import RTP
import Wire

/// One participant's microphone, camera, screen or screen sound: its last packets, what is counted of them, and who shows
/// it. One encoding so far.
struct Source: ~Copyable {
  /// Packets in a ring: 2 s of video at 2.5 Mbit/s, 2.5 s of audio, which is as long as a packet may still come.
  static let videoCapacity = 512
  static let audioCapacity = 128
  /// Without a packet for this long a source is emptied. A still screen may send one frame a second, DTX one in 400 ms.
  static let cameraPatience: Int64 = 2_000_000_000
  static let patience: Int64 = 5_000_000_000

  let kind: SourceKind
  /// Stored, because asking a method of so large a value can copy it whole.
  let isAudio: Bool
  let owner: ParticipantHandle
  let csrc: UInt32
  let name: SectionName
  let extensions: ExtensionIDs
  let formats: SourceFormats
  let hasRetransmission: Bool

  /// The SSRC in use; `nil` before the first packet.
  var ssrc: UInt32?
  var ring: PacketRing
  var statistics: ReceptionStatistics
  var clock: SourceClock
  var missing = MissingPackets()
  var keyframes = KeyframeRequests()
  var speech = SpeechLevel()
  var pictureIDs = PictureIDUnwrapper()
  /// Of the newest packet with a payload; `CodecTable.none` before the first.
  var codec = CodecTable.none
  /// What the sender was last asked to send instead.
  var wantedCodecs = CodecSet()

  /// What its owner says of it; `nil` when it never said.
  var announced: Bool?
  /// Packets come, and its owner has not said otherwise: it may play in slots.
  var isLive = false
  var lastArrival: MonotonicTime?
  /// What the last sender report said, for the reports we answer with: compact NTP time and its arrival.
  var lastSenderReport: (compact: UInt32, arrival: MonotonicTime)?
  var wasHeardSinceReport = false
  /// The slots that play it or wait for its next keyframe; bounded by the room's slots.
  var subscribers: [Slab<Slot>.Handle] = []

  init(_ section: SourceSection, name: SectionName, owner: ParticipantHandle, csrc: UInt32, in codecs: inout CodecTable)
  {
    kind = section.kind
    isAudio = section.kind.isAudio
    self.owner = owner
    self.csrc = csrc
    self.name = name
    extensions = section.extensions
    formats = SourceFormats(section.formats, redundancyType: section.redundancyPayloadType, in: &codecs)
    hasRetransmission = section.formats.contains { $0.retransmissionPayloadType != nil }
    let clockRate = section.kind.isAudio ? Opus.clockRate : VideoFormat.clockRate
    let capacity = section.kind.isAudio ? Self.audioCapacity : Self.videoCapacity
    ring = PacketRing(capacity: capacity)
    statistics = ReceptionStatistics(clockRate: clockRate, window: capacity)
    clock = SourceClock(clockRate: clockRate)
  }

  /// Begins another stream in the same source: after a new SSRC or a jump of the sequence numbers.
  mutating func begin(at sequence: Int64) {
    statistics.begin(at: sequence)
    clock.restart()
    missing.removeAll()
    lastSenderReport = nil
  }

  /// Whether it has fallen silent at `now`.
  func isEmptied(at now: MonotonicTime) -> Bool {
    guard let lastArrival else { return true }
    return now.nanoseconds(since: lastArrival) > (kind == .camera ? Self.cameraPatience : Self.patience)
  }

  mutating func subscribe(_ slot: Slab<Slot>.Handle) {
    if !subscribers.contains(slot) { subscribers.append(slot) }
  }

  mutating func unsubscribe(_ slot: Slab<Slot>.Handle) {
    if let index = subscribers.firstIndex(of: slot) {
      subscribers.swapAt(index, subscribers.count - 1); subscribers.removeLast()
    }
  }
}

/// Makes picture ids of 7 bits continue in 15.
struct PictureIDUnwrapper: BitwiseCopyable {
  private var highest: UInt16?

  mutating func unwrap(_ id: UInt16, isLong: Bool) -> UInt16 {
    guard !isLong, let highest else {
      self.highest = id
      return id
    }
    // Signed distance modulo 128, the shorter way round.
    let distance = Int16((Int16(bitPattern: (id &- highest) & 0x7f) ^ 0x40) - 0x40)
    let unwrapped = highest &+ UInt16(bitPattern: distance) & 0x7fff
    if distance > 0 { self.highest = unwrapped }
    return unwrapped & 0x7fff
  }
}
