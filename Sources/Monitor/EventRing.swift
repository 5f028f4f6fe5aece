/// The newest events, so that a listener whose connection dropped goes on where it was.
struct EventRing: Sendable {
  let epoch: UInt64
  let capacity: Int
  /// Place of the newest event.
  private(set) var position: EventID
  /// Event number `n` lies at `n % capacity`.
  private var events: [MonitorEvent] = []

  init(epoch: UInt64, capacity: Int) {
    precondition(capacity > 0, "a ring holds something")
    self.epoch = epoch
    self.capacity = capacity
    position = EventID(epoch: epoch, sequence: 0)
  }

  /// Numbers the change and keeps it; the oldest event goes when the ring is full.
  mutating func append(_ change: MonitorEvent.Change) -> MonitorEvent {
    position.sequence += 1
    let event = MonitorEvent(id: position, change: change)
    if events.count < capacity {
      events.append(event)
    } else {
      events[index(of: position.sequence)] = event
    }
    return event
  }

  /// What followed `id`, oldest first; `nil` when that is not known any more, or never was.
  func events(after id: EventID) -> [MonitorEvent]? {
    guard id.epoch == epoch, id.sequence <= position.sequence,
      position.sequence - id.sequence <= UInt64(events.count)
    else { return nil }
    return (id.sequence..<position.sequence).map { events[index(of: $0 + 1)] }
  }

  private func index(of sequence: UInt64) -> Int {
    Int((sequence - 1) % UInt64(capacity))
  }
}
