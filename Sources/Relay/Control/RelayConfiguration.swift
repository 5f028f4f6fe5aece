import Measurement
import Wire

/// What a relay needs to know before it starts. Every bound has a default that suits one organisation on one server.
public struct RelayConfiguration: Sendable {
  /// Addresses to bind; each Worker binds all of them at its own port. `::` takes IPv6 alone.
  public var listen: [IPAddress] = [.anyV4, .anyV6]
  /// UDP port of the first Worker; Worker `n` has `basePort + n`. 0 lets the kernel choose, for tests.
  public var basePort: UInt16 = 10000
  /// Addresses that clients are told to send to. Each becomes a host candidate with the Worker's port. Empty means
  /// the addresses of `listen`, which must then be specific ones.
  public var advertise: [IPAddress] = []
  /// Media threads; `nil` means one less than there are cores, at least one.
  public var workers: Int?
  /// DTLS threads.
  public var associationThreads = 1

  /// DSCP of what the relay sends (RFC 8837): expedited forwarding and assured forwarding 41.
  public var audioDSCP: UInt8 = 46
  public var videoDSCP: UInt8 = 34

  public var bounds = RelayBounds()

  /// Name that goes into the records' ids as the agent: the relay's own.
  public var agent = "relay"
  /// The site where the relay stands: the target of every call's path.
  public var site = "relay"
  /// The site a client's address belongs to; `nil` when it belongs to none, and then no record is made.
  public var siteOf: @Sendable (IPAddress) -> String?
  /// Takes the call records of a closed interval, on a thread that must not be kept waiting.
  public var records: @Sendable ([PathRecord]) -> Void

  public init(
    siteOf: @escaping @Sendable (IPAddress) -> String? = { _ in nil },
    records: @escaping @Sendable ([PathRecord]) -> Void = { _ in }
  ) {
    self.siteOf = siteOf
    self.records = records
  }
}

/// The stated bounds of everything that clients can make grow.
public struct RelayBounds: Sendable, Equatable {
  public var rooms = 1_000
  public var participantsPerRoom = 100
  /// All participants of one Worker.
  public var participantsPerWorker = 500
  /// Event streams open on one room.
  public var listenersPerRoom = 400
  /// A participant's own, a few earlier ones that are still dying included; a further one ends the oldest.
  public var listenersPerParticipant = 4
  /// Events kept for one listener that does not read; it is then sent a snapshot.
  public var eventsPerListener = 256
  /// A plain browser's offer for nine video slots is 57 kB.
  public var offerBytes = 128 * 1_024
  /// Characters of a room's or a participant's name.
  public var nameLength = 64
  /// ICE checks a second that one source address may send; an office behind one address has many clients.
  public var checksPerSecond = 1_000
  /// Datagrams of handshakes a second that one source address may send; a handshake takes four to ten.
  public var handshakeDatagramsPerSecond = 1_000
  /// Participants from one address (IPv6: one /64) that have joined and not completed their handshake yet.
  public var pendingJoinsPerAddress = 200

  public init() {}
}
