import Wire

extension Room {
  /// How often liveness and speech are looked at.
  static var tickInterval: Int64 { 100_000_000 }
  /// How often each participant is sent reports.
  static var reportInterval: Int64 { 1_000_000_000 }
  static var firstReportDelay: Int64 { 200_000_000 }

  /// Does what is due: requests to senders, reports, sources that have fallen silent, speakers who have stopped.
  public mutating func handleTimeout(at now: MonotonicTime, into output: inout RoomOutput) {
    guard now >= nextTimeout else { return }
    if now >= nextTick { tick(at: now, into: &output) }
    var next = participants.count > 0 ? nextTick : .never
    for index in 0..<sources.capacity {
      guard let source = sources.handle(at: index) else { continue }
      guard min(sources[source].missing.nextDue, sources[source].keyframes.nextDue) != .never else { continue }
      sendDueRequests(to: source, at: now, into: &output)
      next = min(next, sources[source].missing.nextDue, sources[source].keyframes.nextDue)
    }
    for index in 0..<participants.capacity {
      guard let place = participants.handle(at: index) else { continue }
      if participants[place].nextReport <= now {
        sendReports(to: place, at: now, into: &output)
        participants[place].nextReport = now.advanced(byNanoseconds: Self.reportInterval)
      }
      next = min(next, participants[place].nextReport)
    }
    // Never at once again, whatever could not be sent.
    nextTimeout = max(next, now.advanced(byNanoseconds: 1_000_000))
    tellSlots(into: &output)
  }

  private mutating func tick(at now: MonotonicTime, into output: inout RoomOutput) {
    nextTick = now.advanced(byNanoseconds: Self.tickInterval)
    for index in 0..<sources.capacity {
      guard let source = sources.handle(at: index), sources[source].isLive else { continue }
      judgeCodec(of: source, at: now, into: &output)
      _ = sources[source].speech.expire(at: now)
      if sources[source].isEmptied(at: now) {
        setLive(source, false, at: now, into: &output)
      } else if sources[source].speech.isSpeaking {
        // One louder than those heard may interrupt them by and by.
        offerAudioSource(source, at: now, into: &output)
      }
    }
    tellSpeakers(into: &output)
  }
}
