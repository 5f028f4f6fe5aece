import Wire

/// Who plays where.
extension Room {
  /// A source is filled or emptied: the roster changes, and slots take it up or let it go.
  mutating func setLive(
    _ source: Slab<Source>.Handle, _ isLive: Bool, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    guard sources[source].isLive != isLive else { return }
    sources[source].isLive = isLive
    let owner = sources[source].owner
    if let entry = rosterEntry(owner.place) { tell(.changed(entry), into: &output) }
    if isLive {
      if sources[source].isAudio {
        offerAudioSource(source, at: now, into: &output)
      } else {
        assignVideoSlots(at: now, into: &output)
      }
      return
    }
    sources[source].speech.silence()
    sources[source].missing.removeAll()
    sources[source].keyframes.forget()
    var receivers: [Slab<Participant>.Handle] = []
    while let slot = sources[source].subscribers.last {
      receivers.append(slots[slot].receiver.place)
      if slots[slot].current == source {
        vacate(slot, into: &output)
      } else {
        slots[slot].pending = nil
        sources[source].unsubscribe(slot)
      }
    }
    for receiver in receivers {
      if sources[source].isAudio { fillAudioSlots(of: receiver, at: now, into: &output) }
      assignVideoSlots(of: receiver, at: now, into: &output)
    }
  }

  /// Makes a slot wait for `source`; what plays goes on until then.
  mutating func assign(
    _ slot: Slab<Slot>.Handle, to source: Slab<Source>.Handle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    guard slots[slot].shown != source else { return }
    if let pending = slots[slot].pending, pending != slots[slot].current { sources[pending].unsubscribe(slot) }
    slots[slot].pending = slots[slot].current == source ? nil : source
    slots[slot].isDecodable = true
    slots[slot].heldSince = now
    sources[source].subscribe(slot)
    if slots[slot].pending == source, !sources[source].isAudio {
      requestKeyframe(of: source, at: now, into: &output)
    }
  }

  /// Nothing plays in a slot any more; an audio slot is closed with silence, or the receiver would conceal.
  mutating func vacate(_ slot: Slab<Slot>.Handle, into output: inout RoomOutput) {
    if let current = slots[slot].current, sources.contains(current) { sources[current].unsubscribe(slot) }
    if let pending = slots[slot].pending, sources.contains(pending) { sources[pending].unsubscribe(slot) }
    slots[slot].vacate()
    noteChange(of: slot)
    guard slots[slot].isAudio, slots[slot].silenceType != CodecTable.none, slots[slot].forwarder.hasSent else { return }
    for _ in 0..<3 {
      if !output.append(slots[slot].silence(in: slot)) { drops.count(.sendQueueFull) }
    }
  }

  mutating func noteChange(of slot: Slab<Slot>.Handle) {
    participants[slots[slot].receiver.place].hasChangedSlots = true
    hasChangedSlots = true
  }

  // MARK: Voices

  /// Offers a voice to all receivers: one with a vacant slot takes it; one without takes it when it is speaking, and lets
  /// go of the one who has been silent longest.
  mutating func offerAudioSource(
    _ source: Slab<Source>.Handle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    for index in 0..<participants.capacity {
      guard let receiver = participants.handle(at: index), participants[receiver].isConnected,
        receiver != sources[source].owner.place, !participants[receiver].audioSlots.isEmpty
      else { continue }
      guard let slot = audioSlot(of: receiver, for: source, at: now) else { continue }
      assign(slot, to: source, at: now, into: &output)
      assignVideoSlots(of: receiver, at: now, into: &output)
    }
  }

  /// The audio slot of `receiver` in which `source` is to play; `nil` when it plays already, or may not.
  private func audioSlot(
    of receiver: Slab<Participant>.Handle, for source: Slab<Source>.Handle, at now: MonotonicTime
  ) -> Slab<Slot>.Handle? {
    let audioSlots = participants[receiver].audioSlots
    var vacant: Slab<Slot>.Handle?
    var silent: (slot: Slab<Slot>.Handle, lastHeard: MonotonicTime)?
    var quietest: (slot: Slab<Slot>.Handle, loudness: Int32)?
    for (index, slot) in audioSlots.enumerated() {
      guard let shown = slots[slot].shown else {
        if vacant == nil || showsPicture(of: sources[source].owner, at: index, of: receiver) { vacant = slot }
        continue
      }
      if shown == source { return nil }
      let speech = sources[shown].speech
      if !speech.isSpeaking {
        let lastHeard = speech.lastHeard ?? MonotonicTime(nanoseconds: .min)
        if silent.map({ lastHeard < $0.lastHeard }) ?? true { silent = (slot, lastHeard) }
      } else if now.nanoseconds(since: slots[slot].heldSince) >= SpeechLevel.hold,
        quietest.map({ speech.loudness < $0.loudness }) ?? true
      {
        quietest = (slot, speech.loudness)
      }
    }
    if let vacant { return vacant }
    guard sources[source].speech.isSpeaking else { return nil }
    if let silent { return silent.slot }
    guard let quietest, sources[source].speech.loudness > quietest.loudness + Self.interruption else { return nil }
    return quietest.slot
  }

  /// How much louder than the quietest one heard somebody must be to take the slot while all speak.
  private static var interruption: Int32 { 6 }

  private func showsPicture(
    of owner: ParticipantHandle, at index: Int, of receiver: Slab<Participant>.Handle
  ) -> Bool {
    guard index < participants[receiver].videoSlots.count,
      let shown = slots[participants[receiver].videoSlots[index]].shown
    else { return false }
    return sources[shown].owner == owner
  }

  /// Fills a receiver's vacant audio slots: speakers first, then whoever spoke last.
  mutating func fillAudioSlots(
    of receiver: Slab<Participant>.Handle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    guard participants[receiver].isConnected else { return }
    let slotsToFill = participants[receiver].audioSlots.filter { slots[$0].shown == nil }
    guard !slotsToFill.isEmpty else { return }
    let playing = participants[receiver].audioSlots.compactMap { slots[$0].shown }
    var voices: [(source: Slab<Source>.Handle, isSpeaking: Bool, lastHeard: MonotonicTime)] = []
    for index in 0..<sources.capacity {
      guard let source = sources.handle(at: index), sources[source].isAudio, sources[source].isLive,
        sources[source].owner.place != receiver, participants[sources[source].owner.place].isConnected,
        !playing.contains(source)
      else { continue }
      let speech = sources[source].speech
      voices.append((source, speech.isSpeaking, speech.lastHeard ?? MonotonicTime(nanoseconds: .min)))
    }
    voices.sort { ($0.isSpeaking ? 1 : 0, $0.lastHeard) > ($1.isSpeaking ? 1 : 0, $1.lastHeard) }
    for voice in voices.prefix(slotsToFill.count) {
      if let slot = audioSlot(of: receiver, for: voice.source, at: now) {
        assign(slot, to: voice.source, at: now, into: &output)
      }
    }
  }

  // MARK: Pictures

  mutating func assignVideoSlots(at now: MonotonicTime, into output: inout RoomOutput) {
    for index in 0..<participants.capacity {
      guard let receiver = participants.handle(at: index) else { continue }
      assignVideoSlots(of: receiver, at: now, into: &output)
    }
  }

  mutating func assignVideoSlots(
    of receiver: Slab<Participant>.Handle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    guard participants[receiver].isConnected, !participants[receiver].videoSlots.isEmpty else { return }
    let videoSlots = participants[receiver].videoSlots
    let shown = videoSlots.map { slots[$0].shown }
    let heard = participants[receiver].audioSlots.map { slot in slots[slot].shown.map { sources[$0].owner } }
    let plan = VideoAssignment.plan(pictures(for: receiver), shown: shown, heard: heard)
    for (slot, source) in zip(videoSlots, plan) {
      if let source {
        assign(slot, to: source, at: now, into: &output)
      } else if slots[slot].shown != nil {
        vacate(slot, into: &output)
      }
    }
  }

  /// The live cameras and screens of the others, those who came first first.
  private func pictures(for receiver: Slab<Participant>.Handle) -> [VideoAssignment.Candidate] {
    var found: [(joined: UInt64, candidate: VideoAssignment.Candidate)] = []
    for index in 0..<sources.capacity {
      guard let source = sources.handle(at: index), !sources[source].isAudio, sources[source].isLive,
        sources[source].owner.place != receiver, participants[sources[source].owner.place].isConnected
      else { continue }
      let owner = sources[source].owner
      let voice = participants[owner.place].sources.first { sources[$0].kind == .microphone }
      found.append(
        (
          participants[owner.place].joined,
          VideoAssignment.Candidate(
            source: source, owner: owner, isScreen: sources[source].kind == .screen,
            lastHeard: voice.flatMap { sources[$0].speech.lastHeard })
        ))
    }
    return found.sorted { $0.joined < $1.joined }.map(\.candidate)
  }
}
