import RTP
import Testing
import Wire

@testable import SFU

@Suite("Packets through a room")
struct RoomPacketsTests {
  private static func packet(ssrc: UInt32, type: UInt8 = 111, mid: String? = nil) -> [UInt8] {
    var bytes: [UInt8] = [mid == nil ? 0x80 : 0x90, type, 0, 1, 0, 0, 0, 0]
    bytes.append(u32: ssrc)
    if let mid {
      bytes += [0xbe, 0xde, 0, 1, 0x41] + Array(mid.utf8) + [0]
    }
    return bytes + [0x78, 1, 2, 3]
  }

  private static func reserve(_ meeting: inout SimulatedMeeting, _ bytes: [UInt8]) -> Bool {
    meeting.room.reserve(bytes.span.bytes, from: meeting.clients[0].handle) != nil
  }

  @Test("A source is found by its mid, else by a payload type that it alone has")
  func finding() throws {
    var meeting = SimulatedMeeting()
    var options = SimulatedMeeting.Options()
    options.kinds = [.microphone, .camera, .screen]
    try meeting.join("a", options)
    let found = [
      Self.reserve(&meeting, Self.packet(ssrc: 1, type: 96, mid: "s1")),
      Self.reserve(&meeting, Self.packet(ssrc: 2, type: 111)),
      Self.reserve(&meeting, Self.packet(ssrc: 3, type: 96)),
      Self.reserve(&meeting, Self.packet(ssrc: 4, type: 33)),
      Self.reserve(&meeting, [0x80, 1, 2]),
    ]
    #expect(found == [true, true, false, false, false])
    let drops = meeting.room.drops
    #expect(drops[.rtpUndeclaredSource] == 2 && drops[.rtpMalformed] == 1)
  }

  @Test("An SSRC is remembered once its packet is authenticated, and not before")
  func latching() throws {
    var meeting = SimulatedMeeting()
    var options = SimulatedMeeting.Options()
    options.kinds = [.camera, .screen]
    try meeting.join("a", options)
    _ = Self.reserve(&meeting, Self.packet(ssrc: 5, type: 96, mid: "s1"))
    let before = Self.reserve(&meeting, Self.packet(ssrc: 5, type: 96))
    meeting.deliver(Self.packet(ssrc: 5, type: 96, mid: "s1"), from: 0)
    let after = Self.reserve(&meeting, Self.packet(ssrc: 5, type: 96))
    #expect(!before && after)
  }

  @Test("A sender that starts another stream in the same section is switched to, and the slot's stream goes on")
  func newStream() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 2)
    let old = meeting.clients[0].sources[1]
    meeting.clients[0].sources[1] = SimulatedSource(
      kind: .camera, number: old.number, mid: old.mid, ssrc: 4242, retransmissionSSRC: 4243, skew: 0,
      timestampBase: 99, sequenceNumber: 7, pictureID: 3)
    meeting.run(until: 4)
    MeetingTests.expectContinuous(meeting, holesAllowed: false)
    let mid = try #require(meeting.slots(of: 1, showing: "a", .camera).first)
    #expect(meeting.receiver(1, mid).packets.count > 3 * 100)
  }

  @Test("The start of a keyframe that comes late brings what followed it along")
  func lateKeyframe() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.clients[0].sources[1].isOn = false
    meeting.run(until: 1)
    meeting.clients[0].sources[1].isOn = true
    meeting.clients[0].sources[1].wantsKeyframe = false
    for datagram in meeting.clients[0].sources[1].take(at: meeting.now) { meeting.deliver(datagram, from: 0) }
    meeting.clients[0].sources[1].wantsKeyframe = true
    let frame = meeting.clients[0].sources[1].take(at: meeting.now)
    for datagram in [frame[1], frame[2], frame[0]] { meeting.deliver(datagram, from: 0) }
    meeting.flush()
    let packets = meeting.clients[1].receivers.filter { !$0.isAudio }.flatMap(\.packets)
    #expect(packets.map(\.header.sequenceNumber) == [65_500, 65_501, 65_502])
    #expect(packets.first?.vp8?.startsKeyframe == true)
  }
}
