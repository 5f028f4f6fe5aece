import Transport
import Wire

/// The sessions of one thread, which alone touches them, and their timers.
struct AssociationTable: ~Copyable {
  /// From the first datagram to the last: as long as a browser tries.
  static let handshakeLimit: Duration = .seconds(30)
  /// When the server's last flight is first repeated, and the longest wait between two repeats.
  static let firstRepeat: Duration = .milliseconds(100)
  static let longestRepeat: Duration = .milliseconds(3_200)

  struct Entry: ~Copyable {
    let id: AssociationID
    let events: Mailbox<AssociationEvent>
    var session: DTLSSession
    /// When the handshake is given up; `never` before it begins and after it ended.
    var deadline = MonotonicTime.never
    /// When to retransmit.
    var timer = MonotonicTime.never
    /// What a server that is connected sent last, until its peer is known to be connected too.
    var lastFlight: [[UInt8]] = []
    var repeatInterval = AssociationTable.firstRepeat
  }

  private let identity: Identity
  private var entries: Slab<Entry>
  private var handles: [AssociationID: Slab<Entry>.Handle] = [:]
  /// The handshakes that have begun and not ended at both ends: only these have timers.
  private var pending: [Slab<Entry>.Handle] = []

  init(identity: Identity, capacity: Int = AssociationService.associationsPerThread) {
    self.identity = identity
    entries = Slab(capacity: capacity)
  }

  var count: Int { entries.count }
  var handshakeCount: Int { pending.count }

  /// When `handleTimeout` is wanted.
  var nextTimeout: MonotonicTime {
    var next = MonotonicTime.never
    for handle in pending where entries.contains(handle) {
      next = min(next, min(entries[handle].deadline, entries[handle].timer))
    }
    return next
  }

  mutating func open(
    _ id: AssociationID, _ role: AssociationRole, _ fingerprints: [CertificateFingerprint],
    _ events: Mailbox<AssociationEvent>, now: MonotonicTime
  ) {
    guard handles[id] == nil, !entries.isFull else {
      events.post(.failed(id, .full))
      return
    }
    do throws(AssociationFailure) {
      let session = try DTLSSession(identity, role, fingerprints: fingerprints)
      guard let handle = entries.insert(Entry(id: id, events: events, session: session)) else { return }
      handles[id] = handle
      if role == .client {
        begin(handle, now: now)
        settle(handle, entries[handle].session.start(), now: now)
      }
    } catch {
      events.post(.failed(id, error))
    }
  }

  mutating func receive(_ id: AssociationID, _ datagram: [UInt8], now: MonotonicTime) {
    guard let handle = handles[id] else { return }
    begin(handle, now: now)
    settle(handle, entries[handle].session.receive(datagram), now: now)
  }

  /// The peer has used its keys: it needs no more of the handshake.
  mutating func confirm(_ id: AssociationID) {
    guard let handle = handles[id], entries[handle].session.isConnected else { return }
    rest(handle)
    pending.removeAll { $0 == handle }
  }

  mutating func close(_ id: AssociationID) {
    guard let handle = handles[id] else { return }
    entries[handle].session.close()
    send(handle)
    remove(handle)
  }

  mutating func handleTimeout(now: MonotonicTime) {
    var remaining: [Slab<Entry>.Handle] = []
    for handle in pending where entries.contains(handle) {
      let isConnected = entries[handle].session.isConnected
      if now >= entries[handle].deadline {
        if isConnected { rest(handle) } else { settle(handle, .failed(.timedOut), now: now) }
      } else if now >= entries[handle].timer {
        if isConnected {
          repeatLastFlight(handle, now: now)
        } else {
          settle(handle, entries[handle].session.handleTimeout(), now: now)
        }
      }
      if entries.contains(handle), entries[handle].deadline != .never { remaining.append(handle) }
    }
    pending = remaining
  }

  /// No timer runs any more.
  private mutating func rest(_ handle: Slab<Entry>.Handle) {
    entries[handle].lastFlight = []
    entries[handle].deadline = .never
    entries[handle].timer = .never
  }

  /// The same records again: a peer that has them already drops them as replayed (RFC 6347 section 4.1.2.6).
  private mutating func repeatLastFlight(_ handle: Slab<Entry>.Handle, now: MonotonicTime) {
    for datagram in entries[handle].lastFlight {
      entries[handle].events.post(.send(entries[handle].id, datagram))
    }
    entries[handle].repeatInterval = min(entries[handle].repeatInterval * 2, Self.longestRepeat)
    entries[handle].timer = now + entries[handle].repeatInterval
  }

  /// Sets the limit of a handshake whose first datagram comes or goes.
  private mutating func begin(_ handle: Slab<Entry>.Handle, now: MonotonicTime) {
    guard entries[handle].deadline == .never, !entries[handle].session.isConnected else { return }
    entries[handle].deadline = now + Self.handshakeLimit
    pending.append(handle)
  }

  /// Tells the opener what a call brought about, sends what it wrote and sets the timer.
  private mutating func settle(
    _ handle: Slab<Entry>.Handle, _ progress: DTLSSession.Progress, now: MonotonicTime
  ) {
    let id = entries[handle].id
    switch progress {
    case .waiting:
      send(handle)
      guard !entries[handle].session.isConnected else { return }
      entries[handle].timer = entries[handle].session.timeout.map { now + $0 } ?? .never
    case .connected(let keys):
      // Before the flight: what the peer sends on receiving it must find the keys.
      guard entries[handle].events.post(.keys(id, keys)) == .posted else {
        // Nobody will use this association, and nobody can be told.
        remove(handle)
        return
      }
      rest(handle)
      let flight = send(handle)
      // A client that is connected has the server's last flight; a server cannot know that its client has it.
      guard !flight.isEmpty else { return }
      entries[handle].lastFlight = flight
      entries[handle].timer = now + Self.firstRepeat
      entries[handle].deadline = now + Self.handshakeLimit
    case .closed:
      send(handle)
      entries[handle].events.post(.closed(id))
      remove(handle)
    case .failed(let failure):
      // An alert tells the peer why; but a peer with the wrong certificate must not get our Finished.
      if case .handshake = failure { send(handle) }
      entries[handle].events.post(.failed(id, failure))
      remove(handle)
    }
  }

  @discardableResult
  private mutating func send(_ handle: Slab<Entry>.Handle) -> [[UInt8]] {
    let datagrams = entries[handle].session.takeOutput()
    for datagram in datagrams { entries[handle].events.post(.send(entries[handle].id, datagram)) }
    return datagrams
  }

  private mutating func remove(_ handle: Slab<Entry>.Handle) {
    handles[entries[handle].id] = nil
    _ = entries.remove(handle)
  }
}
