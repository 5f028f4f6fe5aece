import Association
import ICE
import SFU
import Transport
import WebRTC
import Wire

/// One media thread: its sockets, the connections that reach it, and whole rooms. Nobody else can touch any of it.
///
/// A wake-up goes: commands, datagrams in, timers, packets out, one flush for each socket, events to the control plane.
/// What happens in each part stands in the extensions, one file each.
struct Worker: ~Copyable {
  typealias RoomHandle = Slab<MediaRoom>.Handle

  /// Video is sent for so long before the sockets are looked at again, so that audio waits no longer.
  static let quantum = Duration.milliseconds(1)
  /// How often connections are asked whether they are still alive, and bit rates are taken.
  static let housekeepingPeriod = Duration.seconds(1)
  /// How long a Worker that ends waits for the handshake threads to write close_notify for its peers.
  private static let farewellPeriod = Duration.milliseconds(200)
  private static let wakeToken = UInt64.max

  let configuration: WorkerConfiguration
  let inbox: WorkerInbox
  let outbox: WorkerEventOutbox
  private let loop: EventLoop

  // Who is here.
  var sockets: Slab<MediaSocket>
  var socketHandles: [Slab<MediaSocket>.Handle] = []
  var peers: Slab<Peer>
  var rooms: Slab<MediaRoom>
  /// The taken places of `rooms`.
  var roomHandles: [RoomHandle] = []
  var roomsByNumber: [RoomNumber: RoomHandle] = [:]
  var peersByNumber: [ParticipantNumber: Peer.Handle] = [:]
  var peersByFragment: [UInt64: Peer.Handle] = [:]
  var peersByAssociation: [AssociationID: Peer.Handle] = [:]
  var peersByPair: TupleTable<Peer.Handle>
  /// What each source address may send before anything is computed for it: checks, and handshakes' datagrams.
  var checkLimiter: SourceLimiter
  var handshakeLimiter: SourceLimiter

  // What waits to leave.
  var output = RoomOutput()
  var audio: Lanes<Forward>
  var video: Lanes<Forward>
  var events: [WorkerEvent] = []

  // Time.
  var now: MonotonicTime
  var nextHousekeeping: MonotonicTime
  var lastHousekeeping: MonotonicTime
  var interval: RunningInterval

  var statistics = RelayStatistics()
  private var commands: [WorkerCommand] = []
  var associationEvents: [AssociationEvent] = []
  var farewells: [Farewell] = []

  /// Binds the sockets; on the Worker's own thread, where it stays.
  init(
    _ configuration: WorkerConfiguration, inbox: WorkerInbox, outbox: WorkerEventOutbox
  ) throws(RelayStartError) {
    let loop = try Self.loop(watching: inbox.wakeup)
    let sockets = try Self.bind(configuration.endpoints, in: loop)
    self.configuration = configuration
    self.inbox = inbox
    self.outbox = outbox
    for index in 0..<sockets.count {
      if let handle = sockets.handle(at: index) { socketHandles.append(handle) }
    }
    self.loop = loop
    self.sockets = sockets
    let bounds = configuration.bounds
    let entropy = Entropy()
    peers = Slab(capacity: bounds.participantsPerWorker)
    rooms = Slab(capacity: min(bounds.rooms, bounds.participantsPerWorker))
    peersByPair = TupleTable(
      capacity: bounds.participantsPerWorker * ICELite.pairCapacity, seed: entropy.next())
    checkLimiter = SourceLimiter(
      rate: bounds.checksPerSecond, burst: 2 * bounds.checksPerSecond, seed: entropy.next())
    handshakeLimiter = SourceLimiter(
      rate: bounds.handshakeDatagramsPerSecond, burst: 2 * bounds.handshakeDatagramsPerSecond, seed: entropy.next())
    audio = Lanes(destinations: bounds.participantsPerWorker, capacity: 16_384)
    video = Lanes(destinations: bounds.participantsPerWorker, capacity: 65_536)
    let clock = SystemClock.reading()
    now = clock.monotonic
    lastHousekeeping = now
    nextHousekeeping = now + Self.housekeepingPeriod
    interval = RunningInterval(at: clock)
  }

  private static func loop(watching wakeup: Wakeup) throws(RelayStartError) -> EventLoop {
    do {
      let loop = try EventLoop()
      try loop.watch(wakeup.descriptor, token: wakeToken)
      return loop
    } catch {
      throw RelayStartError(message: error.description)
    }
  }

  /// The sockets at places 0, 1, … which are also their tokens.
  private static func bind(
    _ endpoints: [Endpoint], in loop: borrowing EventLoop
  ) throws(RelayStartError) -> Slab<MediaSocket> {
    var sockets = Slab<MediaSocket>(capacity: max(endpoints.count, 1))
    for endpoint in endpoints {
      // A machine without IPv6 has no wildcard of it; nothing is lost.
      let isOptional = endpoint.address == .anyV6 && endpoints.count > 1
      try bind(endpoint, isOptional: isOptional, into: &sockets, in: loop)
    }
    return sockets
  }

  private static func bind(
    _ endpoint: Endpoint, isOptional: Bool, into sockets: inout Slab<MediaSocket>, in loop: borrowing EventLoop
  ) throws(RelayStartError) {
    var options = UDPSocket.Options()
    options.mergesSegments = true
    do {
      let socket = MediaSocket(socket: try UDPSocket(bindingTo: endpoint, options: options))
      try loop.watch(socket.socket.descriptor, token: UInt64(sockets.count))
      _ = sockets.insert(socket)
    } catch let error as UDPSocketError {
      if isOptional, !error.isPortInUse { return }
      throw RelayStartError(message: error.description)
    } catch {
      throw RelayStartError(message: "\(error)")
    }
  }

  /// Where the sockets are bound, with the ports that the kernel chose.
  var localEndpoints: [Endpoint] {
    var endpoints: [Endpoint] = []
    for handle in socketHandles { endpoints.append(sockets[handle].socket.localEndpoint) }
    return endpoints
  }

  /// Works until the inbox is closed.
  mutating func run() {
    var batch = ReceiveBatch()
    while !inbox.isClosed {
      let count = loop.wait(until: audio.isEmpty && video.isEmpty ? nextTimeout : now)
      now = SystemClock.now
      for index in 0..<count {
        let event = loop.event(at: index)
        if event.token == Self.wakeToken {
          inbox.wakeup.clear()
          carryOutCommands()
          handleAssociations()
        } else {
          receive(from: Int(event.token), into: &batch)
        }
      }
      handleTimeouts()
      depart()
      post()
    }
    finish()
  }

  private var nextTimeout: MonotonicTime {
    var next = min(nextHousekeeping, interval.deadline)
    for handle in roomHandles { next = min(next, rooms[handle].room.nextTimeout) }
    return next
  }

  private mutating func carryOutCommands() {
    inbox.commands.drain(into: &commands)
    for command in commands { carryOut(command) }
    commands.removeAll(keepingCapacity: true)
  }

  private mutating func post() {
    outbox.post(events)
    events.removeAll(keepingCapacity: true)
  }

  /// Closes the interval's records, says goodbye to the peers and answers whoever still waits.
  private mutating func finish() {
    for index in 0..<peers.capacity {
      if let peer = peers.handle(at: index) { remove(peer, isToldGoodbye: true) }
    }
    post()
    for socket in socketHandles { loop.unwatch(sockets[socket].socket.descriptor) }
    let end = SystemClock.now + Self.farewellPeriod
    while !farewells.isEmpty, SystemClock.now < end {
      _ = loop.wait(until: end)
      inbox.wakeup.clear()
      handleAssociations()
      depart()
    }
    inbox.commands.close()
    inbox.commands.drain(into: &commands)
    for command in commands { command.refuse(.shuttingDown) }
  }
}

extension UDPSocketError {
  fileprivate var isPortInUse: Bool {
    if case .portInUse = self { true } else { false }
  }
}
