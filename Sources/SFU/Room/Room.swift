import RTP
import Wire

/// The stated bounds of one room.
public struct RoomBounds: Sendable, Equatable {
  public var participants = 100
  public var sourcesPerParticipant = 4
  public var slotsPerParticipant = 32

  public init() {}
}

/// One meeting: its participants, their sources, and what plays in each slot. Sans-IO: `now` is handed in.
///
/// A packet's way: `reserve`, decrypt into `place(of:)`, `received`; then for each `Forward` put out, `writeHead` and
/// `payload(after:)`. After any call, ask `nextTimeout`.
public struct Room: ~Copyable {
  /// Most bytes of a decrypted packet; a longer one is dropped.
  public static let packetBytes = 1472

  let bounds: RoomBounds
  /// One instant on both clocks: the room's NTP time is the wall time of its start plus monotonic time, so that no step
  /// of the wall clock reaches a sender report.
  private let start: MonotonicTime
  private let wallStart: WallTime

  var participants: Slab<Participant>
  var sources: Slab<Source>
  var slots: Slab<Slot>
  var codecs = CodecTable()
  public internal(set) var drops = DropCounters()
  /// When `handleTimeout` is wanted next.
  public internal(set) var nextTimeout = MonotonicTime.never
  var nextTick = MonotonicTime.never
  /// Participant ids of the last `speaking` event.
  var speakers: [String] = []
  var eventNumber: UInt64 = 0
  private var joinCount: UInt64 = 0
  /// Some receiver's slots changed since it was last told.
  var hasChangedSlots = false
  /// What an emptied audio slot plays last.
  let silence: InlineArray<3, UInt8>

  /// - Parameters:
  ///   - now, wall: one instant on both clocks.
  public init(bounds: RoomBounds = RoomBounds(), now: MonotonicTime, wall: WallTime) {
    self.bounds = bounds
    start = now
    wallStart = wall
    participants = Slab(capacity: bounds.participants)
    sources = Slab(capacity: bounds.participants * bounds.sourcesPerParticipant)
    slots = Slab(capacity: bounds.participants * bounds.slotsPerParticipant)
    var frame = InlineArray<3, UInt8>(repeating: 0)
    var span = frame.mutableSpan
    var bytes = span.mutableBytes
    _ = Opus.writeSilence(into: &bytes, at: 0)
    silence = frame
  }

  public var participantCount: Int { participants.count }

  /// Relay time as sender reports state it.
  func ntpTime(at time: MonotonicTime) -> NTPTime {
    NTPTime(wallStart.advanced(byNanoseconds: time.nanoseconds(since: start)))
  }

  // MARK: Coming and going

  /// Takes a client in. The others are told, and its slots filled, once it is `connected`.
  public mutating func admit(_ admission: Admission, at now: MonotonicTime) throws(AdmissionError) -> ParticipantHandle
  {
    guard !participants.isFull else { throw .roomFull }
    guard admission.sources.count <= bounds.sourcesPerParticipant, admission.slots.count <= bounds.slotsPerParticipant
    else { throw .tooManySections }
    let names = try admission.sectionNames()
    joinCount += 1
    guard let place = participants.insert(Participant(admission, joined: joinCount)) else { throw .roomFull }
    let handle = ParticipantHandle(place: place)
    for (section, name) in zip(admission.sources, names) {
      let source = Source(section, name: name, owner: handle, csrc: admission.csrc, in: &codecs)
      guard let added = sources.insert(source) else { continue }
      participants[place].sources.append(added)
      if let ssrc = section.ssrc { participants[place].latches.latch(ssrc, to: added) }
      if let ssrc = section.retransmissionSSRC { participants[place].latches.latch(ssrc, to: added) }
    }
    for (section, name) in zip(admission.slots, names.dropFirst(admission.sources.count)) {
      guard let added = slots.insert(Slot(section, name: name, receiver: handle, at: now, in: &codecs)) else {
        continue
      }
      participants[place].slots.append(added)
      if section.isAudio {
        participants[place].audioSlots.append(added)
      } else {
        participants[place].videoSlots.append(added)
      }
    }
    return handle
  }

  /// The client's keys are installed: media can flow both ways.
  public mutating func connected(_ participant: ParticipantHandle, at now: MonotonicTime, into output: inout RoomOutput)
  {
    let place = participant.place
    guard participants.contains(place), !participants[place].isConnected else { return }
    participants[place].isConnected = true
    participants[place].nextReport = now.advanced(byNanoseconds: Self.firstReportDelay)
    if let entry = rosterEntry(place) { tell(.joined(entry), into: &output) }
    fillAudioSlots(of: place, at: now, into: &output)
    assignVideoSlots(of: place, at: now, into: &output)
    tellSlots(into: &output)
    if nextTick == .never { nextTick = now.advanced(byNanoseconds: Self.tickInterval) }
    nextTimeout = min(nextTimeout, participants[place].nextReport, nextTick)
  }

  /// Takes a participant out: its slots go, and every slot that showed its sources is filled anew.
  public mutating func remove(_ participant: ParticipantHandle, at now: MonotonicTime, into output: inout RoomOutput) {
    let place = participant.place
    guard participants.contains(place) else { return }
    let wasTold = participants[place].isConnected && participants[place].role != .viewer
    // From here on it is offered nothing, and nothing of it is offered.
    participants[place].isConnected = false
    for source in participants[place].sources { setLive(source, false, at: now, into: &output) }
    for source in participants[place].sources { _ = sources.remove(source) }
    for slot in participants[place].slots {
      if let current = slots[slot].current, sources.contains(current) { sources[current].unsubscribe(slot) }
      if let pending = slots[slot].pending, sources.contains(pending) { sources[pending].unsubscribe(slot) }
      _ = slots.remove(slot)
    }
    let id = participants[place].id
    _ = participants.remove(place)
    if wasTold { tell(.left(participant: id), into: &output) }
    tellSpeakers(into: &output)
    tellSlots(into: &output)
  }

  /// What a client says of its own switch; packets alone cannot tell a muted microphone from silence.
  public mutating func announce(
    _ kind: SourceKind, isOn: Bool, by participant: ParticipantHandle, at now: MonotonicTime,
    into output: inout RoomOutput
  ) {
    let place = participant.place
    guard participants.contains(place) else { return }
    for source in participants[place].sources where sources[source].kind == kind {
      guard sources[source].announced != isOn else { continue }
      sources[source].announced = isOn
      let isLive = isOn && !sources[source].isEmptied(at: now)
      if isLive == sources[source].isLive {
        if let entry = rosterEntry(place) { tell(.changed(entry), into: &output) }
      } else {
        setLive(source, isLive, at: now, into: &output)
      }
    }
    tellSlots(into: &output)
  }
}
