import Wire

/// One source's interval.
public struct SourceInterval: Sendable, Equatable {
  public var kind: SourceKind
  public var counts: ReceptionCounts
  /// Interarrival jitter J at the interval's end, in nanoseconds: shown, never judged.
  public var jitter: UInt64
}

/// One participant's interval. Taking it starts the next.
public struct ParticipantInterval: Sendable, Equatable {
  public var participant: String
  public var sources: [SourceInterval] = []
  public var slots: [DownlinkCounts] = []
  /// Round trips by the receiver's reports (LSR, DLSR), in nanoseconds, at most 64.
  public var roundTrips: [UInt64] = []
}

extension Room {
  /// Closes a participant's interval for the call records and starts the next; `nil` when it has left.
  ///
  /// A packet that may still come at `now` belongs to the next interval, and so do all sent after it.
  ///
  /// - Parameter isFinal: the participant is about to be removed, and nothing more comes.
  public mutating func closeInterval(
    of participant: ParticipantHandle, at now: MonotonicTime, isFinal: Bool = false
  ) -> ParticipantInterval? {
    let place = participant.place
    guard participants.contains(place) else { return nil }
    var interval = ParticipantInterval(participant: participants[place].id)
    for source in participants[place].sources {
      interval.sources.append(
        SourceInterval(
          kind: sources[source].kind, counts: sources[source].closeInterval(at: now, isFinal: isFinal),
          jitter: UInt64(max(0, sources[source].statistics.jitter.seconds * 1e9))))
    }
    for slot in participants[place].slots { interval.slots.append(slots[slot].downlink.take()) }
    interval.roundTrips = participants[place].roundTrips
    participants[place].roundTrips.removeAll(keepingCapacity: true)
    return interval
  }
}
