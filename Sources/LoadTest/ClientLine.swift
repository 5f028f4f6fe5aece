import Association
import ICE
import SDP
import SRTP
import Transport
import Wire

/// A participant's socket, its handshake and the loop that drives it. Belongs to the client's thread.
struct ClientLine: ~Copyable {
  enum Command: Sendable {
    case accept(RelayAnswer)
    case send(voice: Bool, picture: Bool)
    case restart(local: ICECredentials, remote: ICECredentials)
    case say([UInt8], MeetingClient.Wrapping, times: Int)
    case leave
    case vanish
  }

  private let associations: AssociationService
  private let handshake: Mailbox<AssociationEvent>
  private let commands: Mailbox<Command>
  private let loop: EventLoop
  private var socket: UDPSocket
  private var arrivals: ReceiveBatch
  private var departures: SendBatch
  /// `nil` before the first candidate is nominated.
  private var association: AssociationID?
  private var isLeaving = false
  private var isSilent = false

  init(local: IPAddress, associations: AssociationService, commands: Mailbox<Command>) throws {
    self.associations = associations
    self.commands = commands
    handshake = Mailbox(capacity: 256, wakeup: commands.wakeup)
    let loop = try EventLoop()
    let socket = try UDPSocket(bindingTo: Endpoint(address: local, port: 0))
    try loop.watch(commands.wakeup.descriptor, token: 0)
    try loop.watch(socket.descriptor, token: 1)
    self.loop = loop
    self.socket = socket
    arrivals = ReceiveBatch(messages: 64, bytesPerMessage: 2_048)
    departures = SendBatch(datagrams: 256, bytes: 256 * 1_500)
  }

  /// Waits for the answer, connects, and goes on until told to leave.
  mutating func run(
    _ shape: ClientShape, _ credentials: ICECredentials, _ witness: Witness?,
    publish: (ParticipantStatistics) -> Void
  ) {
    guard let answer = waitForAnswer() else { return }
    var participant = MeetingParticipant(
      shape, credentials: credentials, answer: answer, seed: Entropy().next(), witness: witness, now: SystemClock.now)
    var transmits: [ICEClient.Transmit] = []
    var clockDue = SystemClock.now
    while !isLeaving {
      commands.wakeup.clear()
      obey(&participant, answer)
      receive(&participant)
      shakeHands(&participant, answer)
      let reading = SystemClock.reading()
      if shape.speaks, clockDue <= reading.monotonic {
        let clock = SystemClock.synchronization
        participant.clockError =
          clock.isSynchronized ? .nanoseconds(Int64(clamping: clock.maximumErrorNanoseconds)) : nil
        clockDue = reading.monotonic + .seconds(1)
      }
      participant.handleTimeout(reading.monotonic, wall: reading.wall, into: &transmits)
      for transmit in transmits { send(transmit.bytes, to: transmit.destination) }
      transmits.removeAll(keepingCapacity: true)
      socket.flush(&departures)
      publish(participant.statistics)
      if !isLeaving { _ = loop.wait(until: participant.nextTimeout) }
    }
    if !isSilent { sayGoodbye(to: participant.remote) }
  }

  private mutating func waitForAnswer() -> RelayAnswer? {
    var waiting: [Command] = []
    while true {
      commands.wakeup.clear()
      commands.drain(into: &waiting)
      for command in waiting {
        switch command {
        case .accept(let answer): return answer
        case .leave, .vanish: return nil
        case .send, .restart, .say: break  // Media begins with everything on.
        }
      }
      _ = loop.wait(until: .never)
    }
  }

  private mutating func obey(_ participant: inout MeetingParticipant, _ answer: RelayAnswer) {
    var waiting: [Command] = []
    commands.drain(into: &waiting)
    for command in waiting {
      switch command {
      case .accept: break
      case .send(let voice, let picture): participant.send(voice: voice, picture: picture, now: SystemClock.now)
      case .restart(let local, let remote):
        restart(&participant, local: local, remote: remote, answer.candidates)
      case .say(let packet, let wrapping, let times): say(packet, wrapping, times, &participant)
      case .leave: isLeaving = true
      case .vanish: (isLeaving, isSilent) = (true, true)
      }
    }
  }

  /// From another socket, as when a laptop changes its network.
  private mutating func restart(
    _ participant: inout MeetingParticipant, local: ICECredentials, remote: ICECredentials, _ candidates: [Endpoint]
  ) {
    do {
      let moved = try UDPSocket(bindingTo: Endpoint(address: socket.localEndpoint.address, port: 0))
      try loop.watch(moved.descriptor, token: 1)
      loop.unwatch(socket.descriptor)
      socket = moved
      participant.restart(
        local: local, remote: remote, candidates: candidates, seed: Entropy().next(), now: SystemClock.now)
    } catch {
      participant.end(.failed("\(error)"))
    }
  }

  private mutating func say(
    _ packet: [UInt8], _ wrapping: MeetingClient.Wrapping, _ times: Int, _ participant: inout MeetingParticipant
  ) {
    guard let remote = participant.remote else { return }
    do {
      let datagram =
        switch wrapping {
        case .none: packet
        case .rtp: try participant.protect(packet)
        case .rtcp: try participant.protectRTCP(packet)
        }
      for _ in 0..<times { send(datagram, to: remote) }
    } catch {
      participant.end(.failed("libsrtp2 refuses the packet (status \(error.status))."))
    }
  }

  private mutating func receive(_ participant: inout MeetingParticipant) {
    while socket.receive(into: &arrivals) {
      while let datagram = arrivals.next() {
        let forHandshake = participant.receive(
          arrivals.bytes(of: datagram).bytes(), from: datagram.source, now: datagram.arrival)
        if let forHandshake, let association { _ = associations.receive(forHandshake.span.bytes, id: association) }
      }
    }
  }

  private mutating func shakeHands(_ participant: inout MeetingParticipant, _ answer: RelayAnswer) {
    guard let remote = participant.remote else { return }
    if association == nil {
      let expected = answer.fingerprints.compactMap { fingerprint in
        CertificateFingerprint.Hash(rawValue: fingerprint.hash.rawValue).map {
          CertificateFingerprint(hash: $0, digest: fingerprint.digest)
        }
      }
      association = associations.open(role: .client, fingerprints: expected, events: handshake)
    }
    var events: [AssociationEvent] = []
    handshake.drain(into: &events)
    for event in events {
      switch event {
      case .send(_, let datagram): send(datagram, to: remote)
      case .keys(_, let exported): install(exported, &participant)
      case .failed(_, let failure): participant.end(.failed("\(failure)"))
      case .closed: participant.end(.closed)
      }
    }
  }

  private func install(_ exported: ExportedKeys, _ participant: inout MeetingParticipant) {
    guard let profile = SRTPProfile(rawValue: exported.profile),
      let keys = SRTPKeyingMaterial(profile: profile, exported: exported.bytes)
    else {
      participant.end(.failed("The handshake chose an SRTP profile that this client does not have."))
      return
    }
    do {
      try participant.install(keys, now: SystemClock.now)
    } catch {
      participant.end(.failed("libsrtp2 refuses the keys (status \(error.status))."))
    }
  }

  private mutating func send(_ bytes: [UInt8], to remote: Endpoint) {
    if departures.append(bytes.span.bytes, to: remote) { return }
    socket.flush(&departures)
    _ = departures.append(bytes.span.bytes, to: remote)
  }

  /// Sends close_notify, which the association's thread writes.
  private mutating func sayGoodbye(to remote: Endpoint?) {
    guard let association, let remote else { return }
    associations.close(association)
    let deadline = SystemClock.now + .seconds(1)
    var events: [AssociationEvent] = []
    while SystemClock.now < deadline {
      commands.wakeup.clear()
      handshake.drain(into: &events)
      for case .send(_, let datagram) in events { send(datagram, to: remote) }
      if !departures.isEmpty {
        socket.flush(&departures)
        return
      }
      _ = loop.wait(until: deadline)
    }
  }
}
