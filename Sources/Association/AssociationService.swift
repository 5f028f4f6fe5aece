import Synchronization
import Transport
import Wire

/// DTLS handshakes on threads of their own: one costs 0.7 ms, which a media thread does not have.
///
/// An association lives on one of the threads from `open` until it closes or fails. Commands go in through a bounded
/// mailbox; events come out through the opener's.
public final class AssociationService: Sendable {
  /// Associations at one time on each thread, those past their handshake included.
  public static let associationsPerThread = 8192
  /// Openings and closings waiting at one time for each thread: as many as there can be.
  static let commandCapacity = 2 * associationsPerThread
  /// Datagrams waiting at one time for each thread.
  public static let datagramCapacity = 4096

  public let identity: Identity
  private let threads: [AssociationThread]
  private let opened = Atomic<UInt64>(0)

  /// Starts the threads; a new identity unless one is given.
  public init(identity: Identity? = nil, threads: Int = 1) throws {
    let identity = try identity ?? Identity()
    self.identity = identity
    self.threads = try (0..<max(threads, 1)).map { try AssociationThread(number: $0, identity: identity) }
  }

  deinit {
    for thread in threads { thread.stop() }
  }

  /// Opens an association with a peer whose certificate must have one of `fingerprints`, and names it. A client speaks at
  /// once, a server when a datagram comes. `nil` when the service is too busy: there is no association then.
  public func open(
    role: AssociationRole = .server, fingerprints: [CertificateFingerprint], events: Mailbox<AssociationEvent>
  ) -> AssociationID? {
    let id = AssociationID(bits: opened.wrappingAdd(1, ordering: .relaxed).newValue)
    return thread(of: id).post(.open(id, role, fingerprints, events)) ? id : nil
  }

  /// Hands a datagram in. False when the queue is full and the datagram therefore lost.
  public func receive(_ datagram: RawSpan, id: AssociationID) -> Bool {
    thread(of: id).post(AssociationThread.Arrival(id: id, datagram: datagram.bytes()))
  }

  /// Says that the peer has used its keys, so the server's last flight has reached it and need not be repeated.
  public func confirm(_ id: AssociationID) {
    _ = thread(of: id).post(.confirm(id))
  }

  /// Ends an association: its last event is the datagram with close_notify, if it ever was connected.
  public func close(_ id: AssociationID) {
    _ = thread(of: id).post(.close(id))
  }

  /// How many associations there are now, and how many of them have a handshake under way: begun, and neither failed nor
  /// known to have succeeded at both ends.
  public var counts: (associations: Int, handshakes: Int) {
    threads.reduce((0, 0)) { ($0.0 + $1.associationCount, $0.1 + $1.handshakeCount) }
  }

  private func thread(of id: AssociationID) -> AssociationThread {
    threads[Int((id.bits &* 0x9e37_79b9_7f4a_7c15) >> 32) % threads.count]
  }
}
