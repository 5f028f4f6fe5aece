import ICE
import LoadTest
import RTP
import SDP
import SFU
import SRTP
import Testing
import WebRTC
import Wire

@testable import Relay

/// Participants and a relay made of real values (`Negotiation`, `Room`, `Connection`) in virtual time: no socket, no
/// thread, keys injected in place of a handshake.
@Suite struct MeetingSimulationTests {
  @Test(
    "Two participants receive each other's voice and picture bit-exact, over a roll-over of all numbers, in virtual time",
    arguments: SRTPProfile.allCases)
  func twoParticipants(profile: SRTPProfile) throws {
    var simulation = try Simulation.begin(profile: profile)
    try simulation.run(until: .seconds(4))
    try simulation.expectEverybodyHeard()
    #expect(simulation.relayDrops.isEmpty)
  }

  @Test("The same bytes come out whenever the same simulation is run")
  func deterministic() throws {
    var first = try Simulation.begin(profile: .aeadAES128GCM)
    var second = try Simulation.begin(profile: .aeadAES128GCM)
    try first.run(until: .seconds(2))
    try second.run(until: .seconds(2))
    #expect(first.digest == second.digest)
  }
}

/// One room, two clients, a network with a delay of 10 ms.
private struct Simulation: ~Copyable {
  private static let relay = Endpoint(address: IPAddress(v4: 0xc000_0201), port: 10_000)
  private static let delay = Duration.milliseconds(10)
  private static let start = MonotonicTime(nanoseconds: 1_000_000_000)
  private static let wallStart = WallTime(seconds: 1_800_000_000)
  /// All streams' numbers, the clients' and the relay's, begin anew within the first second.
  private static let firstSequenceNumber: UInt16 = 65_500

  private struct Transit {
    var due: MonotonicTime
    /// To the client of this number, or from it to the relay.
    var client: Int
    var isToRelay: Bool
    var bytes: [UInt8]
  }

  private var first: MeetingParticipant
  private var second: MeetingParticipant
  private var connections: Slab<Connection>
  private var handles: [Slab<Connection>.Handle] = []
  private var seats: [ParticipantHandle] = []
  private var room: Room
  private var output = RoomOutput()
  private var transits: [Transit] = []
  private var transmits: [ICEClient.Transmit] = []
  private var now = start
  private let profile: SRTPProfile
  private(set) var digest = 0
  private(set) var relayDrops: [DropReason] = []

  static func begin(profile: SRTPProfile) throws -> Simulation {
    try Simulation(profile, (0..<2).map(Invited.init))
  }

  private init(_ profile: SRTPProfile, _ invited: [Invited]) throws {
    self.profile = profile
    room = Room(now: Self.start, wall: Self.wallStart)
    connections = Slab(capacity: 2)
    first = invited[0].participant
    second = invited[1].participant
    for guest in invited {
      if let handle = connections.insert(guest.connection) { handles.append(handle) }
      var admission = guest.session.admission
      for slot in admission.slots.indices { admission.slots[slot].firstSequenceNumber = Self.firstSequenceNumber }
      seats.append(try room.admit(admission, at: Self.start))
    }
  }

  /// A client and a relay that have exchanged offer and answer.
  private struct Invited {
    let number: Int
    let credentials: ICECredentials
    let session: Session
    let answer: RelayAnswer

    init(_ number: Int) throws {
      self.number = number
      credentials = ICECredentials(
        random: (0..<ICECredentials.randomByteCount).map { UInt8(truncatingIfNeeded: 31 * number + 97 * $0) })
      let fingerprint = try #require(Fingerprint(hash: .sha256, digest: Array(repeating: 7, count: 32)))
      let offer = try Offer(
        ClientOffer(ClientShape(), credentials: credentials, fingerprint: fingerprint).text, kind: .meeting,
        bounds: RelayBounds())
      var random = SplitMix64(seed: 1_000 + UInt64(number))
      session = Session(
        offer, participant: ParticipantNumber(value: 100 + UInt32(number)), name: "n\(number)", kind: .meeting,
        candidates: [Candidate(host: relay, preference: 0)], fingerprint: fingerprint, random: &random)
      answer = try RelayAnswer(parsing: session.answer)
    }

    var connection: Connection {
      Connection(
        ice: ICELite(local: session.credentials, remoteFragment: credentials.usernameFragment), now: start)
    }

    var participant: MeetingParticipant {
      var shape = ClientShape()
      shape.firstSequenceNumber = firstSequenceNumber
      return MeetingParticipant(
        shape, credentials: credentials, answer: answer, seed: 7 + UInt64(number), now: start)
    }
  }

  private var wall: WallTime { Self.wallStart.advanced(byNanoseconds: now.nanoseconds(since: Self.start)) }

  private static func endpoint(_ client: Int) -> Endpoint {
    Endpoint(address: IPAddress(v4: 0x0a00_0000 + UInt32(client)), port: 40_000)
  }

  mutating func run(until end: Duration) throws {
    while now < Self.start + end {
      deliver()
      try exchangeKeys()
      first.handleTimeout(now, wall: wall, into: &transmits)
      for transmit in transmits { send(transmit.bytes, from: 0) }
      transmits.removeAll()
      second.handleTimeout(now, wall: wall, into: &transmits)
      for transmit in transmits { send(transmit.bytes, from: 1) }
      transmits.removeAll()
      if room.nextTimeout <= now { room.handleTimeout(at: now, into: &output) }
      depart()
      now = now + .milliseconds(5)
    }
    // What is under way still arrives.
    for _ in 0..<4 {
      deliver()
      depart()
      now = now + .milliseconds(5)
    }
  }

  /// Once a client has nominated, both ends get the same keys, as a handshake would give them.
  private mutating func exchangeKeys() throws {
    for index in 0..<2 {
      let remote = index == 0 ? first.remote : second.remote
      guard remote != nil, !connections[handles[index]].isKeyed else { continue }
      let count = 2 * (profile.masterKeyByteCount + profile.masterSaltByteCount)
      let secret = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + index * 50) }
      let keys = try #require(SRTPKeyingMaterial(profile: profile, exported: secret))
      connections[handles[index]].install(keys)
      if index == 0 { try first.install(keys, now: now) } else { try second.install(keys, now: now) }
      room.connected(seats[index], at: now, into: &output)
    }
  }

  private mutating func send(_ bytes: [UInt8], from client: Int) {
    transits.append(Transit(due: now + Self.delay, client: client, isToRelay: true, bytes: bytes))
  }

  private mutating func deliver() {
    let due = transits.filter { $0.due <= now }
    transits.removeAll { $0.due <= now }
    for transit in due {
      if transit.isToRelay {
        receive(transit.bytes, from: transit.client)
      } else {
        digest = transit.bytes.reduce(digest) { $0 &* 31 &+ Int($1) }
        if transit.client == 0 {
          _ = first.receive(transit.bytes, from: Self.relay, now: now)
        } else {
          _ = second.receive(transit.bytes, from: Self.relay, now: now)
        }
      }
    }
  }

  /// The Worker's way with a datagram, without its tables.
  private mutating func receive(_ datagram: [UInt8], from client: Int) {
    let bytes = datagram.span.bytes
    let pair = CandidatePair(local: Self.relay, remote: Self.endpoint(client))
    let handle = handles[client]
    var memory = [UInt8](repeating: 0, count: 1_500)
    switch DatagramKind(bytes) {
    case .stun:
      guard let message = STUNMessage(bytes) else { return }
      var elements = memory.mutableSpan
      var response = elements.mutableBytes
      if case .answered(let count, _) = connections[handle].receiveCheck(
        message, in: bytes, on: pair, now: now, response: &response)
      {
        leave(Array(memory[..<count]), to: client)
      }
    case .rtp:
      guard let reservation = room.reserve(bytes, from: seats[client]) else { return }
      switch Self.unprotect(bytes, by: &connections[handle], for: reservation, in: &room, now: now) {
      case .done(let count):
        room.received(reservation, byteCount: count, arrival: now, now: now, into: &output)
      case .dropped(let reason): relayDrops.append(reason)
      }
    case .rtcp:
      var elements = memory.mutableSpan
      var place = elements.mutableBytes
      switch connections[handle].unprotectRTCP(bytes, into: &place, now: now) {
      case .done(let count):
        room.receivedRTCP(place.bytes.extracting(first: count), from: seats[client], at: now, into: &output)
      case .dropped(let reason): relayDrops.append(reason)
      }
    case .dtls, nil: break
    }
  }

  private static func unprotect(
    _ bytes: RawSpan, by connection: inout Connection, for reservation: Reservation, in room: inout Room,
    now: MonotonicTime
  ) -> SRTPOutcome {
    var place = room.place(of: reservation)
    return connection.unprotect(bytes, into: &place, now: now)
  }

  private mutating func depart() {
    for index in 0..<output.forwardCount {
      let forward = output.forward(at: index)
      guard let client = seats.firstIndex(of: forward.receiver) else { continue }
      var memory = [UInt8](repeating: 0, count: 1_500)
      let outcome = Self.protect(forward, of: &room, by: &connections[handles[client]], into: &memory, now: now)
      if case .done(let count) = outcome { leave(Array(memory[..<count]), to: client) }
    }
    for index in 0..<output.rtcpCount {
      guard let client = seats.firstIndex(of: output.rtcpReceiver(at: index)) else { continue }
      var memory = [UInt8](repeating: 0, count: 1_500)
      var elements = memory.mutableSpan
      var place = elements.mutableBytes
      if case .done(let count) = Self.protectRTCP(
        at: index, of: output, by: &connections[handles[client]], into: &place)
      {
        leave(Array(memory[..<count]), to: client)
      }
    }
    output.removeAll()
  }

  private static func protect(
    _ forward: Forward, of room: inout Room, by connection: inout Connection, into memory: inout [UInt8],
    now: MonotonicTime
  ) -> SRTPOutcome? {
    var headMemory = [UInt8](repeating: 0, count: Room.headBytes)
    var headElements = headMemory.mutableSpan
    var space = headElements.mutableBytes
    guard let head = room.writeHead(of: forward, at: now, into: &space) else { return nil }
    var elements = memory.mutableSpan
    var place = elements.mutableBytes
    return connection.protect(
      space.bytes.extracting(0..<head.byteCount), payload: room.payload(after: head), into: &place)
  }

  @_lifetime(place: copy place)
  private static func protectRTCP(
    at index: Int, of output: borrowing RoomOutput, by connection: inout Connection, into place: inout MutableRawSpan
  ) -> SRTPOutcome {
    connection.protectRTCP(output.rtcp(at: index), into: &place)
  }

  private mutating func leave(_ bytes: [UInt8], to client: Int) {
    transits.append(Transit(due: now + Self.delay, client: client, isToRelay: false, bytes: bytes))
  }

  // MARK: What came of it

  func expectEverybodyHeard() throws {
    for (listener, speaker) in [(first.statistics, second.statistics), (second.statistics, first.statistics)] {
      #expect(listener.packets(from: speaker.voiceOrigin) > 100)
      #expect(listener.packets(from: speaker.pictureOrigin) > 100)
      #expect(listener.corruptCount == 0)
      #expect(listener.lostCount == 0)
      #expect(listener.keyframeRequests > 0)
      #expect(listener.drops == DropCounters())
    }
  }
}
