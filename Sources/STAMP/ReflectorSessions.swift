import Wire

/// What tells sessions apart (RFC 8972 section 3).
struct SessionID: Hashable, Sendable, BitwiseCopyable {
  var source: Endpoint
  var destination: Endpoint
  var ssid: UInt16
}

/// An answer whose session wants to be told when it left: to be handed back with that time.
public struct AwaitedDeparture: Sendable, Equatable, BitwiseCopyable {
  let session: SessionID
  /// The answer's own number.
  let number: UInt32
}

/// The sessions a reflector counts for, in a bounded table.
struct ReflectorSessions: Sendable {
  private struct Session: BitwiseCopyable {
    var answers: UInt32
    var lastSeen: MonotonicTime
    /// When the answer with this number left, and how that was found: 0 where it is not known.
    var departure = WallTime.unixEpoch
    var departed: UInt32 = 0
    var method: UInt8 = 0
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
    var session = sessions[id] ?? Session(answers: 0, lastSeen: now)
    if now >= session.lastSeen + timeout { session = Session(answers: 0, lastSeen: now) }
    let answers = session.answers
    session.answers &+= 1
    session.lastSeen = now
    sessions[id] = session
    return answers
  }

  /// An answer left. Only of a session's last one is that remembered.
  mutating func departed(_ answer: AwaitedDeparture, at time: WallTime, method: UInt8) {
    guard var session = sessions[answer.session], session.answers == answer.number &+ 1 else { return }
    (session.departure, session.departed, session.method) = (time, answer.number, method)
    sessions[answer.session] = session
  }

  /// When the answer left that came before the one with this number; `nil` where nobody knows.
  func departure(before number: UInt32, of id: SessionID) -> (number: UInt32, time: WallTime, method: UInt8)? {
    guard let session = sessions[id], session.method != 0, session.departed &+ 1 == number else { return nil }
    return (session.departed, session.departure, session.method)
  }

  /// Forgets the quiet ones; at most once a second, as it reads the whole table.
  private mutating func sweep(_ now: MonotonicTime) {
    guard now >= nextSweep else { return }
    nextSweep = now + .seconds(1)
    sessions = sessions.filter { now < $0.value.lastSeen + timeout }
    sessions.reserveCapacity(capacity)
  }
}
