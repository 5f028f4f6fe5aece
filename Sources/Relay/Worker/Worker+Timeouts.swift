import SFU
import Transport
import WebRTC
import Wire

/// What happens when time has passed.
extension Worker {
  mutating func handleTimeouts() {
    // A room may close while its timers run, so the list is walked from its end.
    for index in roomHandles.indices.reversed() where index < roomHandles.count {
      let room = roomHandles[index]
      guard rooms[room].room.nextTimeout <= now else { continue }
      rooms[room].room.handleTimeout(at: now, into: &output)
      collect(from: room)
    }
    if interval.deadline <= now { closeInterval(at: SystemClock.reading()) }
    if nextHousekeeping <= now { keepHouse() }
  }

  /// Connections that have fallen silent go; bit rates are taken.
  private mutating func keepHouse() {
    for index in 0..<peers.capacity {
      guard let handle = peers.handle(at: index), peers[handle].connection.isExpired(now) else { continue }
      events.append(.ended(peers[handle].number, peers[handle].connection.isKeyed ? .vanished : .failed))
      remove(handle, isToldGoodbye: true)
    }
    let seconds = Double(now.nanoseconds(since: lastHousekeeping)) / 1e9
    for handle in roomHandles where seconds > 0 {
      rooms[handle].rates = WorkerSurvey.Rates(
        received: Double(rooms[handle].receivedBytes) * 8 / seconds, sent: Double(rooms[handle].sentBytes) * 8 / seconds
      )
      rooms[handle].receivedBytes = 0
      rooms[handle].sentBytes = 0
    }
    lastHousekeeping = now
    nextHousekeeping = now + Self.housekeepingPeriod
  }

  /// Hands the counts of everybody's interval over and begins the next.
  mutating func closeInterval(at clock: ClockReading) {
    for index in 0..<peers.capacity {
      guard let handle = peers.handle(at: index) else { continue }
      closeInterval(of: handle, at: clock, isPartial: clock.monotonic < interval.deadline)
      peers[handle].isIntervalPartial = false
    }
    interval = RunningInterval(at: clock, after: interval)
  }

  /// - Parameter isFinal: the peer is about to be removed, so what is missing now is lost.
  mutating func closeInterval(
    of handle: Peer.Handle, at clock: ClockReading, isPartial: Bool, isFinal: Bool = false
  ) {
    guard
      let counts = rooms[peers[handle].room].room.closeInterval(
        of: peers[handle].seat, at: clock.monotonic, isFinal: isFinal)
    else { return }
    let closed = CallInterval(
      participant: peers[handle].number, address: peers[handle].address, start: interval.start,
      length: RunningInterval.length, isPartial: isPartial || peers[handle].isIntervalPartial,
      isStepped: interval.isStepped(clock), clockSteps: interval.clockSteps, counts: counts)
    if case .intervals(var batch) = events.last {
      events.removeLast()
      batch.append(closed)
      events.append(.intervals(batch))
    } else {
      events.append(.intervals([closed]))
    }
  }
}
