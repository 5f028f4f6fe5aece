import Synchronization
import Transport
import Wire

/// One thread and the sessions that live on it.
final class AssociationThread: Sendable {
  enum Command: Sendable {
    case open(AssociationID, AssociationRole, [CertificateFingerprint], Mailbox<AssociationEvent>)
    case confirm(AssociationID)
    case close(AssociationID)
    case stop
  }

  struct Arrival: Sendable {
    let id: AssociationID
    let datagram: [UInt8]
  }

  /// Both wake the thread by the first one's wake-up. Datagrams have a queue of their own so that a flood of them
  /// cannot keep an association from being closed.
  private let commands: Mailbox<Command>
  private let arrivals: Mailbox<Arrival>
  private let thread: NamedThread
  private let fill: Fill

  /// How full the table is, as the thread last left it.
  private final class Fill: Sendable {
    let associations = Atomic(0)
    let handshakes = Atomic(0)
  }

  init(number: Int, identity: Identity) throws {
    let wakeup = try Wakeup()
    let commands = Mailbox<Command>(capacity: AssociationService.commandCapacity, wakeup: wakeup)
    let arrivals = Mailbox<Arrival>(capacity: AssociationService.datagramCapacity, wakeup: wakeup)
    let startup = try Startup<Void>()
    self.commands = commands
    self.arrivals = arrivals
    let fill = Fill()
    self.fill = fill
    thread = try NamedThread("dtls-\(number)") {
      do {
        let loop = try EventLoop()
        try loop.watch(wakeup.descriptor, token: 0)
        startup.report(.success(()))
        Self.run(loop, identity, commands, arrivals, fill)
      } catch {
        startup.report(.failure(error))
      }
    }
    try startup.wait()
  }

  var associationCount: Int { fill.associations.load(ordering: .relaxed) }
  var handshakeCount: Int { fill.handshakes.load(ordering: .relaxed) }

  func post(_ command: Command) -> Bool {
    commands.post(command) == .posted
  }

  func post(_ arrival: Arrival) -> Bool {
    arrivals.post(arrival) == .posted
  }

  /// Ends the thread and its sessions, without a word to their peers.
  func stop() {
    while commands.post(.stop) == .full {}
    thread.join()
  }

  private static func run(
    _ loop: borrowing EventLoop, _ identity: Identity, _ commands: Mailbox<Command>, _ arrivals: Mailbox<Arrival>,
    _ fill: Fill
  ) {
    var table = AssociationTable(identity: identity)
    var waitingCommands: [Command] = []
    var waitingArrivals: [Arrival] = []
    while true {
      commands.wakeup.clear()
      // In this order a datagram never overtakes the opening of its association.
      arrivals.drain(into: &waitingArrivals)
      commands.drain(into: &waitingCommands)
      for command in waitingCommands {
        switch command {
        case .open(let id, let role, let fingerprints, let events):
          table.open(id, role, fingerprints, events, now: SystemClock.now)
        case .confirm(let id): table.confirm(id)
        case .close(let id): table.close(id)
        case .stop: return
        }
      }
      for arrival in waitingArrivals { table.receive(arrival.id, arrival.datagram, now: SystemClock.now) }
      table.handleTimeout(now: SystemClock.now)
      fill.associations.store(table.count, ordering: .relaxed)
      fill.handshakes.store(table.handshakeCount, ordering: .relaxed)
      _ = loop.wait(until: table.nextTimeout)
    }
  }
}
