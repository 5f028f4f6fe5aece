import RTP
import Wire

/// A place where the next packet of a source is to be decrypted into.
public struct Reservation: Sendable, BitwiseCopyable {
  let source: Slab<Source>.Handle
  let participant: ParticipantHandle
  let header: RTPHeader
  /// The SSRC is new: it is remembered once the packet is authenticated.
  let isNew: Bool
}

extension Room {
  /// Finds the source of a protected RTP packet by its clear header. `nil` is a counted drop.
  public mutating func reserve(_ datagram: RawSpan, from participant: ParticipantHandle) -> Reservation? {
    guard let header = RTPHeader(datagram) else {
      drops.count(.rtpMalformed)
      return nil
    }
    guard participants.contains(participant.place) else {
      drops.count(.unknownPeer)
      return nil
    }
    if let source = participants[participant.place].latches[header.ssrc] {
      return Reservation(source: source, participant: participant, header: header, isNew: false)
    }
    guard let source = source(of: header, in: datagram, from: participant.place) else {
      drops.count(.rtpUndeclaredSource)
      return nil
    }
    return Reservation(source: source, participant: participant, header: header, isNew: true)
  }

  /// The source of a packet with an unknown SSRC: by its mid, else by a payload type only one section has.
  private func source(
    of header: RTPHeader, in datagram: RawSpan, from place: Slab<Participant>.Handle
  ) -> Slab<Source>.Handle? {
    var byType: Slab<Source>.Handle?
    var typeCount = 0
    for index in 0..<participants[place].sources.count {
      let source = participants[place].sources[index]
      let id = sources[source].extensions.mid
      if id != 0, let element = header.headerExtension(id, in: datagram),
        sources[source].name.matches(datagram, at: element.offset, length: element.length)
      {
        return source
      }
      if sources[source].formats.contains(header.payloadType) {
        byType = source
        typeCount += 1
      }
    }
    return typeCount == 1 ? byType : nil
  }

  /// Where to decrypt the packet to, header and payload: `packetBytes` long.
  @_lifetime(&self)
  public mutating func place(of reservation: Reservation) -> MutableRawSpan {
    precondition(sources.contains(reservation.source), "a reservation is used before anything else happens")
    return sources[reservation.source].ring.spareBytes()
  }

  /// The packet stands authenticated and decrypted in its place: counts it, keeps it, and puts out what is sent on.
  ///
  /// - Parameters:
  ///   - byteCount: of the decrypted packet, header included.
  ///   - arrival: kernel's arrival time; not later than `now`.
  public mutating func received(
    _ reservation: Reservation, byteCount: Int, arrival: MonotonicTime, now: MonotonicTime,
    into output: inout RoomOutput
  ) {
    let handle = reservation.source
    guard sources.contains(handle) else { return drops.count(.rtpUndeclaredSource) }
    if reservation.isNew {
      participants[reservation.participant.place].latches.latch(reservation.header.ssrc, to: handle)
    }

    var needsKeyframe = false
    let packet: StoredPacket
    switch sources[handle].receive(
      reservation.header, byteCount: byteCount, arrival: arrival, codecs: codecs, needsKeyframe: &needsKeyframe)
    {
    case .dropped(let reason): return drops.count(reason)
    case .kept(let kept): packet = kept
    case .restarted(let kept):
      packet = kept
      restartSubscribers(of: handle)
    }
    sources[handle].lastArrival = now
    sources[handle].wasHeardSinceReport = true
    if packet.payloadLength > 0 {
      if packet.codec != sources[handle].codec {
        if sources[handle].codec != CodecTable.none { restartSubscribers(of: handle) }
        sources[handle].codec = packet.codec
      }
      if !sources[handle].isLive, sources[handle].announced != false {
        setLive(handle, true, at: now, into: &output)
      }
      if sources[handle].isAudio, sources[handle].isLive,
        sources[handle].speech.update(level: packet.audioLevel, isDiscontinuous: packet.isDiscontinuous, at: now)
      {
        offerAudioSource(handle, at: now, into: &output)
      }
    }
    forward(packet, from: handle, at: now, into: &output)
    if needsKeyframe { requestKeyframe(of: handle, at: now, into: &output) }
    nextTimeout = min(nextTimeout, sources[handle].missing.nextDue)
    tellSlots(into: &output)
  }

  /// Puts out a packet for every slot that shows its source.
  private mutating func forward(
    _ packet: StoredPacket, from handle: Slab<Source>.Handle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    if sources[handle].subscribers.isEmpty { drops.count(.noSlot) }
    for index in 0..<sources[handle].subscribers.count {
      let slot = sources[handle].subscribers[index]
      if slots[slot].pending == handle, !slots[slot].beginsAt(packet, of: handle) {
        if !sources[handle].isAudio { drops.count(.waitingForKeyframe) }
        continue
      }
      guard slots[slot].formats.payloadType(packet.codec) != CodecTable.none else {
        drops.count(.codecNotAccepted)
        continue
      }
      let isFirst = slots[slot].pending == handle
      if isFirst { begin(slot, with: packet, from: handle, at: now) }
      guard slots[slot].current == handle else { continue }
      put(packet, from: handle, into: slot, isFirst: isFirst, at: now, &output)
      if isFirst, let highest = sources[handle].statistics.highest, highest > packet.sequence {
        // The start of the keyframe came late: what follows it is here already.
        for sequence in (packet.sequence + 1)...highest {
          guard let later = sources[handle].ring[sequence] else { continue }
          put(later, from: handle, into: slot, isFirst: false, at: now, &output)
        }
      }
    }
  }

  private mutating func put(
    _ packet: StoredPacket, from handle: Slab<Source>.Handle, into slot: Slab<Slot>.Handle, isFirst: Bool,
    at now: MonotonicTime, _ output: inout RoomOutput
  ) {
    guard let forward = slots[slot].forward(packet, from: handle, in: slot, isFirst: isFirst) else {
      return drops.count(.rtpTooOld)
    }
    if packet.startsKeyframe { slots[slot].lastKeyframe = now }
    if !output.append(forward) { drops.count(.sendQueueFull) }
  }

  /// Switches a slot to the source it waits for.
  private mutating func begin(
    _ slot: Slab<Slot>.Handle, with packet: StoredPacket, from handle: Slab<Source>.Handle, at now: MonotonicTime
  ) {
    let previous = slots[slot].current
    let owner = sources[handle].owner.place
    let taken = sources[handle].clock.relayTime(of: packet.timestamp, by: participants[owner].clock) ?? now
    // A broken clock must not carry the slot away.
    let time = min(max(taken, now.advanced(byNanoseconds: -1_000_000_000)), now)
    slots[slot].begin(with: packet, takenAt: time, now: now)
    if let previous, previous != handle, sources.contains(previous) { sources[previous].unsubscribe(slot) }
    noteChange(of: slot)
    // The receiver is told soon where the new source lies on the slot's line.
    let receiver = slots[slot].receiver.place
    participants[receiver].nextReport = min(participants[receiver].nextReport, now.advanced(byNanoseconds: 50_000_000))
    nextTimeout = min(nextTimeout, participants[receiver].nextReport)
  }

  /// Another stream has begun in the source: its slots wait for its first keyframe, like after a switch.
  private mutating func restartSubscribers(of handle: Slab<Source>.Handle) {
    for index in 0..<sources[handle].subscribers.count {
      let slot = sources[handle].subscribers[index]
      guard slots[slot].current == handle else { continue }
      slots[slot].forwarder.end()
      if slots[slot].pending == nil { slots[slot].pending = handle }
    }
  }
}
