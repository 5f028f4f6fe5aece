import Wire

/// What tells sessions apart (RFC 8972 section 3).
struct SessionID: Hashable, Sendable, BitwiseCopyable {
  var source: Endpoint
  var destination: Endpoint
  var ssid: UInt16
}

/// The sessions a reflector counts for, in a bounded table.
struct ReflectorSessions: Sendable {
  private struct Session: BitwiseCopyable {
    var answers: UInt32
    var lastSeen: MonotonicTime
  }

  let capacity: Int
  let timeout: Duration
  private var sessions: [SessionID: Session]
  private var nextSweep = MonotonicTime.zero

  init(capacity: Int, timeout: Duration) {
    self.capacity = max(capacity, 1)
    self.timeout = timeout
    sessions = Dictionary(minimumCapacity: self.capacity)
  }

  var count: Int { sessions.count }

  /// How many answers this session had before this one; `nil` when there is no place for it.
  mutating func count(_ id: SessionID, now: MonotonicTime) -> UInt32? {
    if sessions[id] == nil, sessions.count >= capacity {
      sweep(now)
      guard sessions.count < capacity else { return nil }
    }
    let session = sessions[id]
    let isNew = session.map { now >= $0.lastSeen + timeout } ?? true
    let answers = isNew ? 0 : session?.answers ?? 0
    sessions[id] = Session(answers: answers &+ 1, lastSeen: now)
    return answers
  }

  /// Forgets the quiet ones; at most once a second, as it reads the whole table.
  private mutating func sweep(_ now: MonotonicTime) {
    guard now >= nextSweep else { return }
    nextSweep = now + .seconds(1)
    sessions = sessions.filter { now < $0.value.lastSeen + timeout }
    sessions.reserveCapacity(capacity)
  }
}
