import RTP
import SDP
import Wire

@testable import SFU

/// A room and its clients in virtual time, over links that lose and delay by their seed. No encryption: the bytes that a
/// Worker would decrypt and encrypt go through as they are.
struct SimulatedMeeting: ~Copyable {
  private enum Event {
    case toRoom(client: Int, bytes: [UInt8])
    case toClient(client: Int, packet: SimulatedReceiver.Packet)
    case rtcpToClient(client: Int, bytes: [UInt8])
    case take(client: Int, source: Int)
    case report(client: Int)
    case feedback(client: Int)
  }

  private struct Scheduled {
    var at: MonotonicTime
    var order: Int
    var event: Event
  }

  var room: Room
  var output = RoomOutput()
  var clients: [SimulatedClient] = []
  var now = MonotonicTime(nanoseconds: 1_000_000_000)
  var events: [RoomEvent] = []
  private var generator: SplitMix64
  private var queue: [Scheduled] = []
  private var order = 0

  init(seed: UInt64 = 1, bounds: RoomBounds = RoomBounds()) {
    room = Room(bounds: bounds, now: now, wall: SimulatedReceiver.wallStart)
    generator = SplitMix64(seed: seed)
  }

  var seconds: Double { Double(now.nanoseconds) / 1e9 - 1 }

  // MARK: Clients

  struct Options {
    var role = ParticipantRole.meeting
    var kinds: [SourceKind] = [.microphone, .camera]
    var audioSlots = 3
    var videoSlots = 4
    var uplink = SimulatedLink()
    var downlink = SimulatedLink()
    var clockOffset: Int64 = 0
    var clockSkew = 0.0
    var audioSkew = 0.0
    var hasRetransmission = true
    /// Retransmission's by FID, as Firefox does; Chromium declares none for several encodings.
    var declaresSSRCs = true
    var talks: @Sendable (Double) -> Bool = { _ in false }
    var hasLevels = true
    var packetsPerFrame = 3
    /// What its cameras and screens may send, what they do send, and what its slots decode.
    var agrees: [Codec] = [.vp8]
    var sends = Codec.vp8
    var decodes: [Codec] = [.vp8]
    var sendsRedundancy = false
    var takesRedundancy = false
    /// Whether its send and its receive sections have all the header extensions that are handed on.
    var sendsExtensions = false
    var takesExtensions = false
    var allowsMixed = true
  }

  /// Payload types of receive sections differ from those of send sections, as Firefox's from Chromium's.
  static func format(_ codec: Codec, isSource: Bool, hasRetransmission: Bool = true) -> PayloadFormat {
    let type: UInt8 =
      switch codec.name {
      case .opus: isSource ? 111 : 109
      case .vp8: isSource ? 96 : 120
      case .vp9: (isSource ? 98 : 121) + codec.profile * 2
      case .h264: (isSource ? 102 : 50) + codec.packetizationMode * 4
      case .av1: isSource ? 45 : 99
      }
    let retransmission: UInt8? =
      switch codec.name {
      case .opus: nil
      case .vp8: isSource ? 97 : 124
      default: type + 1
      }
    return PayloadFormat(
      payloadType: type, codec: codec, retransmissionPayloadType: hasRetransmission ? retransmission : nil)
  }

  @discardableResult
  mutating func join(_ id: String, _ options: Options = Options()) throws -> Int {
    let index = clients.count
    let number = UInt32(index)
    var admission = Admission(
      participant: id, name: id.uppercased(), role: options.role, csrc: 1000 + number, feedbackSSRC: 2000 + number,
      cname: "relay")
    var extensions = ExtensionIDs()
    extensions.mid = 4
    extensions.audioLevel = 1
    var sourceExtensions = extensions
    if options.sendsExtensions {
      (sourceExtensions.dependencyDescriptor, sourceExtensions.playoutDelay) = (12, 5)
      (sourceExtensions.colorSpace, sourceExtensions.absoluteCaptureTime) = (8, 13)
      sourceExtensions.allowsMixed = true
    }
    var slotExtensions = extensions
    if options.takesExtensions {
      (slotExtensions.dependencyDescriptor, slotExtensions.playoutDelay) = (7, 9)
      (slotExtensions.colorSpace, slotExtensions.absoluteCaptureTime) = (10, 11)
      slotExtensions.allowsMixed = options.allowsMixed
    }
    let audio = [Self.format(.opus, isSource: true)]
    let video = options.agrees.map {
      Self.format($0, isSource: true, hasRetransmission: options.hasRetransmission)
    }
    var sources: [SimulatedSource] = []
    for (position, kind) in options.kinds.enumerated() {
      let ssrc = 100_000 + 100 * number + UInt32(position)
      let retransmissionSSRC = kind.isAudio || !options.hasRetransmission ? nil : ssrc + 50
      admission.sources.append(
        SourceSection(
          mid: "s\(position)", kind: kind, ssrc: nil,
          retransmissionSSRC: options.declaresSSRCs ? retransmissionSSRC : nil,
          formats: kind.isAudio ? audio : video,
          redundancyPayloadType: kind.isAudio && options.sendsRedundancy ? 63 : nil, extensions: sourceExtensions))
      var source = SimulatedSource(
        kind: kind, number: UInt8(index * 4 + position), mid: "s\(position)", ssrc: ssrc,
        retransmissionSSRC: retransmissionSSRC, skew: kind.isAudio ? options.audioSkew : options.clockSkew,
        timestampBase: UInt32.random(in: .min ... .max, using: &generator),
        sequenceNumber: UInt16.random(in: .min ... .max, using: &generator),
        pictureID: UInt16.random(in: 0..<0x8000, using: &generator))
      source.talks = options.talks
      source.hasLevels = options.hasLevels
      source.packetsPerFrame = options.packetsPerFrame
      source.codec = kind.isAudio ? .opus : options.sends
      source.hasRedundancy = kind.isAudio && options.sendsRedundancy
      source.hasExtensions = options.sendsExtensions
      sources.append(source)
    }
    var receivers: [SimulatedReceiver] = []
    for position in 0..<(options.audioSlots + options.videoSlots) {
      let isAudio = position < options.audioSlots
      let ssrc = 500_000 + 1000 * number + UInt32(position)
      let retransmissionSSRC = isAudio ? nil : ssrc + 500
      let mid = "\(isAudio ? "a" : "v")\(position)"
      // Just below the wrap of both counters, so that every run crosses it.
      admission.slots.append(
        SlotSection(
          mid: mid, isAudio: isAudio, ssrc: ssrc, retransmissionSSRC: retransmissionSSRC,
          formats: isAudio
            ? [Self.format(.opus, isSource: false)] : options.decodes.map { Self.format($0, isSource: false) },
          redundancyPayloadType: isAudio && options.takesRedundancy ? 36 : nil, extensions: slotExtensions,
          firstSequenceNumber: 65_500, timestampOffset: .max - 100_000))
      receivers.append(
        SimulatedReceiver(mid: mid, isAudio: isAudio, ssrc: ssrc, retransmissionSSRC: retransmissionSSRC))
    }
    let handle = try room.admit(admission, at: now)
    clients.append(
      SimulatedClient(
        id: id, handle: handle, sources: sources, receivers: receivers, uplink: options.uplink,
        downlink: options.downlink, clockOffset: options.clockOffset, clockSkew: options.clockSkew))
    room.connected(handle, at: now, into: &output)
    flush()
    for position in sources.indices {
      schedule(.take(client: index, source: position), after: Int64(1_000_000 * (index * 3 + position)))
    }
    schedule(.report(client: index), after: 400_000_000 + Int64(index) * 10_000_000)
    schedule(.feedback(client: index), after: 20_000_000)
    return index
  }

  mutating func leave(_ client: Int) {
    clients[client].isHere = false
    room.remove(clients[client].handle, at: now, into: &output)
    flush()
  }

  mutating func announce(_ client: Int, _ kind: SourceKind, isOn: Bool) {
    room.announce(kind, isOn: isOn, by: clients[client].handle, at: now, into: &output)
    flush()
  }

  func shown(_ client: Int) -> [SlotContent] { room.slots(of: clients[client].handle) }

  /// The mids of the slots in which a client is shown somebody's source.
  func slots(of client: Int, showing participant: String, _ kind: SourceKind) -> [String] {
    shown(client).filter { $0.participant == participant && $0.source == kind }.map(\.mid)
  }

  func receiver(_ client: Int, _ mid: String) -> SimulatedReceiver {
    guard let receiver = clients[client].receivers.first(where: { $0.mid == mid }) else {
      preconditionFailure("the section exists")
    }
    return receiver
  }

  // MARK: Time

  /// Runs until so many seconds after the start.
  mutating func run(until seconds: Double) {
    let end = MonotonicTime(nanoseconds: 1_000_000_000 + Int64(seconds * 1e9))
    while true {
      let next = queue.last?.at ?? .never
      guard min(next, room.nextTimeout) <= end else { break }
      if room.nextTimeout <= next {
        now = max(now, room.nextTimeout)
        room.handleTimeout(at: now, into: &output)
      } else if let scheduled = queue.popLast() {
        now = max(now, scheduled.at)
        perform(scheduled.event)
      }
      flush()
    }
    now = end
  }

  private mutating func schedule(_ event: Event, after nanoseconds: Int64) {
    schedule(event, at: now.advanced(byNanoseconds: nanoseconds))
  }

  private mutating func schedule(_ event: Event, at time: MonotonicTime) {
    order += 1
    let entry = Scheduled(at: time, order: order, event: event)
    // Latest first; equals in the order they were scheduled.
    var low = 0
    var high = queue.count
    while low < high {
      let middle = (low + high) / 2
      if queue[middle].at > time { low = middle + 1 } else { high = middle }
    }
    queue.insert(entry, at: low)
  }

  private mutating func perform(_ event: Event) {
    switch event {
    case .take(let client, let source):
      guard clients[client].isHere else { return }
      for datagram in clients[client].sources[source].take(at: now) { send(datagram, from: client) }
      let interval = clients[client].sources[source].interval
      schedule(event, after: interval)
    case .report(let client):
      guard clients[client].isHere else { return }
      for datagram in clients[client].reports(at: now) { send(datagram, from: client) }
      schedule(event, after: 1_000_000_000)
    case .feedback(let client):
      guard clients[client].isHere else { return }
      for datagram in clients[client].feedback(at: now) { send(datagram, from: client) }
      schedule(event, after: 20_000_000)
    case .toRoom(let client, let bytes): deliver(bytes, from: client)
    case .toClient(let client, let packet): clients[client].receive(packet)
    case .rtcpToClient(let client, let bytes):
      guard clients[client].isHere else { return }
      for datagram in clients[client].receiveRTCP(bytes, at: now) { send(datagram, from: client) }
    }
  }

  private mutating func send(_ datagram: [UInt8], from client: Int) {
    guard let arrival = clients[client].uplink.arrival(now, &generator) else { return }
    schedule(.toRoom(client: client, bytes: datagram), at: arrival)
  }

  /// Hands a datagram to the room as a Worker does.
  mutating func deliver(_ datagram: [UInt8], from client: Int) {
    let handle = clients[client].handle
    let bytes = datagram.span.bytes
    if RTPHeader.isRTCP(bytes) {
      room.receivedRTCP(bytes, from: handle, at: now, into: &output)
    } else if let reservation = room.reserve(bytes, from: handle) {
      var place = room.place(of: reservation)
      place.store(bytes, at: 0)
      room.received(reservation, byteCount: datagram.count, arrival: now, now: now, into: &output)
    }
  }

  /// Sends what the room put out.
  mutating func flush() {
    for index in 0..<output.forwardCount {
      let forward = output.forward(at: index)
      guard let client = clients.firstIndex(where: { $0.handle == forward.receiver }),
        let packet = packet(forward)
      else { continue }
      note(packet, client)
      if let arrival = clients[client].downlink.arrival(now, &generator) {
        schedule(.toClient(client: client, packet: packet), at: arrival)
      }
    }
    for index in 0..<output.rtcpCount {
      guard let client = clients.firstIndex(where: { $0.handle == output.rtcpReceiver(at: index) }) else { continue }
      if let arrival = clients[client].downlink.arrival(now, &generator) {
        schedule(.rtcpToClient(client: client, bytes: output.rtcp(at: index).bytes()), at: arrival)
      }
    }
    events += output.events
    output.removeAll()
  }

  /// A forwarded packet as bytes, read back.
  private mutating func packet(_ forward: Forward) -> SimulatedReceiver.Packet? {
    var space = [UInt8](repeating: 0, count: Room.headBytes)
    var head: Head?
    do {
      var span = space.mutableSpan
      var bytes = span.mutableBytes
      head = room.writeHead(of: forward, at: now, into: &bytes)
    }
    guard let head else { return nil }
    let datagram = Array(space[..<head.byteCount]) + room.payload(after: head).bytes()
    guard let parsed = RTPHeader(datagram.span.bytes) else { return nil }
    let payload = Array(datagram[parsed.payloadOffset...])
    let isRetransmission = forward.kind == .retransmission
    let media = isRetransmission ? Array(payload.dropFirst(2)) : payload
    var mid: String?
    if let element = parsed.headerExtension(4, in: datagram.span.bytes) {
      mid = String(decoding: datagram[element.offset..<(element.offset + element.length)], as: UTF8.self)
    }
    return SimulatedReceiver.Packet(
      datagram: datagram, sentAt: now, header: parsed,
      csrc: parsed.csrcCount > 0 ? parsed.csrc(0, in: datagram.span.bytes) : nil,
      payload: payload, stamp: Stamp(media), vp8: parsed.payloadType == 120 ? VP8Descriptor(media.span.bytes) : nil,
      mid: mid,
      audioLevel: AudioLevel(id: 1, header: parsed, packet: datagram.span.bytes))
  }

  private mutating func note(_ packet: SimulatedReceiver.Packet, _ client: Int) {
    var packet = packet
    for index in clients[client].receivers.indices {
      if clients[client].receivers[index].retransmissionSSRC == packet.header.ssrc {
        clients[client].receivers[index].retransmissions.append(packet)
      }
      guard clients[client].receivers[index].ssrc == packet.header.ssrc else { continue }
      packet.reportedTime = clients[client].receivers[index].reportedTime(of: packet.header.timestamp)
      clients[client].receivers[index].packets.append(packet)
    }
  }
}
