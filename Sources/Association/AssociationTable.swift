import Transport
import Wire

/// The sessions of one thread, which alone touches them, and their timers.
struct AssociationTable: ~Copyable {
  /// From the first datagram to the last: as long as a browser tries.
  static let handshakeLimit: Duration = .seconds(30)

  struct Entry: ~Copyable {
    let id: AssociationID
    let events: Mailbox<AssociationEvent>
    var session: DTLSSession
    /// When the handshake is given up; `never` before it begins.
    var deadline = MonotonicTime.never
    /// When to retransmit.
    var timer = MonotonicTime.never
  }

  private let identity: Identity
  private var entries: Slab<Entry>
  private var handles: [AssociationID: Slab<Entry>.Handle] = [:]
  /// The handshakes that have begun and not ended: only these have timers.
  private var pending: [Slab<Entry>.Handle] = []

  init(identity: Identity, capacity: Int = AssociationService.associationsPerThread) {
    self.identity = identity
    entries = Slab(capacity: capacity)
  }

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

  mutating func close(_ id: AssociationID) {
    guard let handle = handles[id] else { return }
    entries[handle].session.close()
    send(handle)
    remove(handle)
  }

  mutating func handleTimeout(now: MonotonicTime) {
    var remaining: [Slab<Entry>.Handle] = []
    for handle in pending where entries.contains(handle) {
      if now >= entries[handle].deadline {
        settle(handle, .failed(.timedOut), now: now)
      } else if now >= entries[handle].timer {
        settle(handle, entries[handle].session.handleTimeout(), now: now)
      }
      if entries.contains(handle), !entries[handle].session.isConnected { remaining.append(handle) }
    }
    pending = remaining
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
    case .connected(let keys):
      entries[handle].deadline = .never
      // Before the flight: what the peer sends on receiving it must find the keys.
      guard entries[handle].events.post(.keys(id, keys)) == .posted else {
        // Nobody will use this association, and nobody can be told.
        remove(handle)
        return
      }
      send(handle)
    case .closed:
      send(handle)
      entries[handle].events.post(.closed(id))
      remove(handle)
      return
    case .failed(let failure):
      // An alert tells the peer why; but a peer with the wrong certificate must not get our Finished.
      if case .handshake = failure { send(handle) }
      entries[handle].events.post(.failed(id, failure))
      remove(handle)
      return
    }
    entries[handle].timer = entries[handle].session.timeout.map { now + $0 } ?? .never
  }

  private mutating func send(_ handle: Slab<Entry>.Handle) {
    for datagram in entries[handle].session.takeOutput() {
      entries[handle].events.post(.send(entries[handle].id, datagram))
    }
  }

  private mutating func remove(_ handle: Slab<Entry>.Handle) {
    handles[entries[handle].id] = nil
    _ = entries.remove(handle)
  }
}
