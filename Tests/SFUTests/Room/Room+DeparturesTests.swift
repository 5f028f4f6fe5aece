import RTP
import SDP
import Testing
import Wire

@testable import SFU

@Suite("Packets that leave a room")
struct RoomDeparturesTests {
  @Test("Interop 20: a packet overwritten before it is sent is a counted drop")
  func stale() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 1)
    // Two seconds of packets in one wake-up, none of them sent in between.
    for _ in 0..<200 {
      for datagram in meeting.clients[0].sources[0].take(at: meeting.now) { meeting.deliver(datagram, from: 0) }
    }
    let first = meeting.output.forward(at: 0)
    var space = [UInt8](repeating: 0, count: Room.headBytes)
    var head: Head?
    do {
      var span = space.mutableSpan
      var bytes = span.mutableBytes
      head = meeting.room.writeHead(of: first, at: meeting.now, into: &bytes)
    }
    let stale = meeting.room.drops[.staleIndex]
    #expect(head == nil && stale == 1)
  }

  @Test("The audio level goes on under the receiver's id")
  func audioLevel() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] {
      var options = SimulatedMeeting.Options()
      options.talks = { _ in true }
      try meeting.join(id, options)
    }
    meeting.run(until: 1)
    let packets = meeting.clients[1].receivers.filter(\.isAudio).flatMap(\.packets)
    #expect(packets.count > 40)
    #expect(packets.allSatisfy { $0.audioLevel?.decibelsBelowOverload == 20 })
  }

  @Test("Interop 5: everything sent into a slot carries its section's mid: media, silence, retransmissions")
  func sectionNames() throws {
    var meeting = SimulatedMeeting(seed: 4)
    for id in ["a", "b"] {
      var options = SimulatedMeeting.Options()
      options.downlink = SimulatedLink(loss: 0.03)
      try meeting.join(id, options)
    }
    meeting.run(until: 3)
    meeting.announce(1, .microphone, isOn: false)
    meeting.run(until: 4)
    let receivers = meeting.clients[0].receivers
    for receiver in receivers {
      #expect((receiver.packets + receiver.retransmissions).allSatisfy { $0.mid == receiver.mid })
    }
    #expect(receivers.contains { !$0.retransmissions.isEmpty })
    #expect(receivers.contains { $0.packets.last?.csrc == nil && !$0.packets.isEmpty })
  }

  // MARK: Header extensions

  private static func extended(_ codec: Codec = .vp8, takes: Bool = true) -> SimulatedMeeting.Options {
    var options = SimulatedMeeting.Options()
    options.agrees = [codec]
    options.sends = codec
    options.decodes = [.vp8, Codec(.vp9), Codec(.av1)]
    options.sendsExtensions = true
    options.takesExtensions = takes
    return options
  }

  @Test("Interop 8: what is said of a picture is handed on under the receiver's ids, and names of encodings never are")
  func handedOn() throws {
    var meeting = SimulatedMeeting()
    try meeting.join("a", Self.extended())
    let receiver = try meeting.join("b", Self.extended())
    let without = try meeting.join("c", Self.extended(takes: false))
    meeting.run(until: 3)
    let mid = try #require(meeting.slots(of: receiver, showing: "a", .camera).first)
    let packets = meeting.receiver(receiver, mid).packets
    #expect(packets.count > 200)
    for packet in packets {
      #expect(packet.element(9) == [0, 0, 9])
      #expect(packet.element(10) == [1, 1, 1, 0])
      #expect([3, 23].contains(packet.element(7)?.count))
      // Under the sender's ids there is nothing: 10 and 12 were rid and descriptor, 13 the capture time.
      #expect(packet.element(12) == nil && packet.element(13) == nil && packet.element(5) == nil)
    }
    #expect(packets.first?.element(7)?.suffix(20) == Array(1...20)[...])
    let plain = try #require(meeting.slots(of: without, showing: "a", .camera).first)
    let bare = meeting.receiver(without, plain).packets
    #expect(bare.count > 200)
    for packet in bare {
      for id: UInt8 in [5, 7, 8, 9, 10, 11, 12, 13] { #expect(packet.element(id) == nil) }
    }
  }

  @Test("Interop 3: a capture time comes with the distance of the capturer's clock from ours")
  func captureTime() throws {
    var meeting = SimulatedMeeting()
    var options = Self.extended()
    options.clockOffset = 7_000_000_000
    options.uplink = SimulatedLink(delay: 20_000_000)
    try meeting.join("a", options)
    let receiver = try meeting.join("b", Self.extended())
    meeting.run(until: 5)
    let mid = try #require(meeting.slots(of: receiver, showing: "a", .microphone).first)
    let last = try #require(meeting.receiver(receiver, mid).packets.last?.element(11))
    let parsed = AbsoluteCaptureTime(last.span.bytes)
    let time = try #require(parsed)
    let offset = Double(try #require(time.clockOffset)) / 4_294_967_296
    // The room's NTP clock is the receiver's wall start at one second of virtual time; the client's is offset from virtual
    // time. What is left is how long its reports are under way.
    let wallStart = Double(SimulatedReceiver.wallStart.nanoseconds) / 1e9
    #expect(abs(offset - (7 + 1 - wallStart) - -0.02) < 0.005)
  }

  @Test("Interop 8: data too long for the one-byte form is left out for a receiver that knows no other")
  func oneByteForm() throws {
    var meeting = SimulatedMeeting()
    try meeting.join("a", Self.extended())
    var options = Self.extended()
    options.allowsMixed = false
    let receiver = try meeting.join("b", options)
    meeting.run(until: 2)
    let mid = try #require(meeting.slots(of: receiver, showing: "a", .camera).first)
    let packets = meeting.receiver(receiver, mid).packets
    #expect(packets.allSatisfy { $0.header.extensionProfile == 0xbede && $0.element(9) != nil })
    #expect(packets.first?.element(7) == nil)
    #expect(packets.dropFirst().first?.element(7)?.count == 3)
    let back = try #require(meeting.slots(of: 0, showing: "b", .camera).first)
    #expect(Set(meeting.receiver(0, back).packets.map(\.header.extensionProfile)) == [0xbede, 0x1000])
  }

  // MARK: Continuity

  /// A viewer with one slot sees three speakers by turns.
  private static func turns(_ codecs: [Codec], hasExtensions: Bool, until seconds: Double) throws -> [SimulatedReceiver
    .Packet]
  {
    var meeting = SimulatedMeeting(seed: 31)
    var viewing = SimulatedMeeting.Options()
    viewing.role = .viewer
    viewing.kinds = []
    viewing.audioSlots = 1
    viewing.videoSlots = 1
    viewing.decodes = [.vp8, Codec(.vp9), Codec(.av1)]
    viewing.takesExtensions = hasExtensions
    let viewer = try meeting.join("viewer", viewing)
    for (index, codec) in codecs.enumerated() {
      var options = extended(codec)
      options.sendsExtensions = hasExtensions
      options.audioSlots = 0
      options.videoSlots = 0
      options.talks = { Int($0 / 5) % codecs.count == index }
      try meeting.join("p\(index)", options)
    }
    meeting.run(until: seconds)
    MeetingTests.expectContinuous(meeting, holesAllowed: false)
    return meeting.receiver(viewer, "v1").packets
  }

  @Test("VP9: picture ids and layer indices go on over switches")
  func vp9() throws {
    let packets = try Self.turns([Codec(.vp9), Codec(.vp9), Codec(.vp9)], hasExtensions: false, until: 31)
    #expect(Set(packets.compactMap(\.csrc)).count == 3)
    var last: VP9Descriptor?
    for packet in packets {
      let parsed = VP9Descriptor(packet.payload.span.bytes)
      let descriptor = try #require(parsed)
      #expect(descriptor.hasLongPictureID)
      if let last {
        let step: UInt16 = descriptor.startsFrame ? 1 : 0
        #expect(descriptor.pictureID == ((last.pictureID ?? 0) + step) & 0x7fff)
        #expect(descriptor.tl0PicIdx == (last.tl0PicIdx ?? 0) &+ UInt8(step))
      }
      last = descriptor
    }
  }

  @Test(
    "Interop 9: AV1 frame numbers go on over switches; without the descriptor, as Firefox wants it, payloads stay whole"
  )
  func av1() throws {
    let packets = try Self.turns([Codec(.av1), Codec(.av1)], hasExtensions: true, until: 21)
    #expect(Set(packets.compactMap(\.csrc)).count == 2)
    var last: UInt16?
    for packet in packets {
      let parsed = packet.element(7).flatMap { DependencyDescriptor($0.span.bytes) }
      let descriptor = try #require(parsed)
      if let last {
        let startsFrame = packet.payload[0] & 0x80 == 0
        #expect(descriptor.frameNumber == last &+ (startsFrame ? 1 : 0))
      }
      last = descriptor.frameNumber
    }
    let plain = try Self.turns([Codec(.av1), Codec(.av1)], hasExtensions: false, until: 21)
    #expect(Set(plain.compactMap(\.csrc)).count == 2)
    #expect(plain.allSatisfy { $0.element(7) == nil && [0x10, 0x18, 0x90].contains($0.payload[0]) && $0.stamp != nil })
    for (before, after) in zip(plain, plain.dropFirst()) where before.csrc != after.csrc {
      let isKeyframe = AV1.startsKeyframe(after.payload.span.bytes)
      #expect(isKeyframe)
    }
  }

  @Test("A slot goes from codec to codec at keyframes, and indices that one lacks stand still meanwhile")
  func mixedCodecs() throws {
    let packets = try Self.turns([.vp8, Codec(.av1), Codec(.vp9)], hasExtensions: true, until: 31)
    #expect(Set(packets.map(\.header.payloadType)) == [120, 99, 121])
    var last: UInt16?
    for packet in packets {
      let payload = packet.payload.span.bytes
      guard
        let id = packet.header.payloadType == 120
          ? VP8Descriptor(payload)?.pictureID
          : packet.header.payloadType == 121 ? VP9Descriptor(payload)?.pictureID : nil
      else { continue }
      if let last { #expect(id == last || id == (last + 1) & 0x7fff) }
      last = id
    }
  }

  @Test("Interop 14: with every layer handed on, the marker stays on the last packet of the highest one")
  func markers() throws {
    let packets = try Self.turns([Codec(.vp9)], hasExtensions: false, until: 5)
    #expect(packets.count > 100)
    for packet in packets {
      let parsed = VP9Descriptor(packet.payload.span.bytes)
      let descriptor = try #require(parsed)
      #expect(packet.header.marker == descriptor.endsFrame)
    }
  }

  // MARK: Redundant audio

  private static func voices(
    _ id: String, in meeting: inout SimulatedMeeting, talks: @escaping @Sendable (Double) -> Bool
  ) throws {
    var options = SimulatedMeeting.Options()
    options.sendsRedundancy = true
    options.audioSlots = 0
    options.videoSlots = 0
    options.talks = talks
    try meeting.join(id, options)
  }

  private static func blocks(_ payload: [UInt8]) -> [REDBlock] {
    let bytes = payload.span.bytes
    guard var walk = RED(bytes) else { return [] }
    var blocks: [REDBlock] = []
    while let block = walk.next(in: bytes) { blocks.append(block) }
    return blocks
  }

  @Test("Interop 11: redundant audio has the receiver's payload types, and is one's own from the first packet on")
  func redundancy() throws {
    var meeting = SimulatedMeeting()
    var listening = SimulatedMeeting.Options()
    listening.kinds = []
    listening.audioSlots = 1
    listening.videoSlots = 0
    listening.takesRedundancy = true
    let listener = try meeting.join("listener", listening)
    for index in 0..<2 { try Self.voices("p\(index)", in: &meeting) { Int($0 / 5) % 2 == index } }
    meeting.run(until: 24)
    MeetingTests.expectContinuous(meeting, holesAllowed: false)
    let packets = meeting.receiver(listener, "a0").packets.filter { $0.csrc != nil }
    #expect(packets.count > 1000 && Set(packets.compactMap(\.csrc)).count == 2)
    var last: SimulatedReceiver.Packet?
    for packet in packets {
      defer { last = packet }
      guard let last, last.csrc == packet.csrc else {
        // What is sent again with it belongs to another time line.
        #expect(packet.header.payloadType == 109 && packet.payload.count == 1 + Stamp.length)
        continue
      }
      #expect(packet.header.payloadType == 36)
      let found = Self.blocks(packet.payload)
      #expect(found.map(\.payloadType) == [109, 109] && found.map(\.timestampOffset) == [960, 0])
      let before = Array(packet.payload[found[0].offset..<(found[0].offset + found[0].length)])
      #expect(Stamp(before) == last.stamp)
    }
  }

  @Test("Interop 11: a receiver without redundancy gets the primary alone, and silence within it is still silence")
  func primary() throws {
    var meeting = SimulatedMeeting()
    var listening = SimulatedMeeting.Options()
    listening.kinds = []
    let listener = try meeting.join("listener", listening)
    try Self.voices("p", in: &meeting) { _ in true }
    meeting.run(until: 3)
    let mid = try #require(meeting.slots(of: listener, showing: "p", .microphone).first)
    let packets = meeting.receiver(listener, mid).packets
    #expect(packets.count > 100)
    #expect(packets.allSatisfy { $0.header.payloadType == 109 && $0.payload.count == 1 + Stamp.length })
    #expect(packets.allSatisfy { $0.stamp != nil && $0.payload[0] == 0x78 })
  }
}
