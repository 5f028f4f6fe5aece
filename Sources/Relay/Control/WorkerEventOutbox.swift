import Synchronization

/// Carries Workers' events to the control plane, which may be slow: a newer event takes the place of the one with the
/// same subject that nobody has read yet, so that what waits is bounded by the number of participants and rooms.
final class WorkerEventOutbox: Sendable {
  /// Batches of intervals that wait at most: four minutes of them for a reader that stands still.
  static let intervalBatches = 16

  fileprivate struct State {
    var events: [WorkerEvent?] = []
    var places: [WorkerEvent.Subject: Int] = [:]
    var intervalBatches = 0
    var coalesced: UInt64 = 0
  }

  private let state = Mutex(State())
  private let signal: AsyncStream<Void>.Continuation
  /// Yields when there is something to drain; for one reader.
  let signals: AsyncStream<Void>

  init() {
    (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  func post(_ events: [WorkerEvent]) {
    guard !events.isEmpty else { return }
    state.withLock { state in
      for event in events { state.put(event) }
    }
    signal.yield()
  }

  /// Takes everything, oldest first.
  func drain() -> [WorkerEvent] {
    state.withLock { state in
      defer {
        state.events = []
        state.places = [:]
        state.intervalBatches = 0
      }
      return state.events.compactMap { $0 }
    }
  }

  /// How many events were replaced, or dropped for want of room, before anybody read them.
  var coalesced: UInt64 { state.withLock { $0.coalesced } }

  func close() { signal.finish() }
}

extension WorkerEventOutbox.State {
  fileprivate mutating func put(_ event: WorkerEvent) {
    guard let subject = event.subject else {
      intervalBatches += 1
      if intervalBatches > WorkerEventOutbox.intervalBatches {
        coalesced += 1
      } else {
        events.append(event)
      }
      return
    }
    if let earlier = places[subject] {
      // The newer one goes to the end: it may rest on events that came in between.
      events[earlier] = nil
      coalesced += 1
    }
    places[subject] = events.count
    events.append(event)
    compactIfMostlyHoles()
  }

  private mutating func compactIfMostlyHoles() {
    guard events.count > 64, events.count > 2 * (places.count + WorkerEventOutbox.intervalBatches) else { return }
    events = events.filter { $0 != nil }
    for (index, event) in events.enumerated() {
      if let subject = event?.subject { places[subject] = index }
    }
  }
}
