import RTP
import SDP
import Testing
import Wire

@testable import SFU

@Suite("Codecs of a room")
struct RoomCodecsTests {
  private static let h264 = Codec(.h264, profile: 1, packetizationMode: 1)

  private static func wanted(_ meeting: borrowing SimulatedMeeting) -> [[Codec.Name]] {
    meeting.events.compactMap { event in
      if case .codecsWanted(_, .camera, let codecs) = event.content { codecs } else { nil }
    }
  }

  @Test("Interop 7: a sender whose codec somebody lacks is told what everybody can decode, and shown once it switches")
  func switching() throws {
    var meeting = SimulatedMeeting()
    var sender = SimulatedMeeting.Options()
    sender.agrees = [.vp8, Codec(.vp9), Self.h264]
    sender.sends = Self.h264
    var all = SimulatedMeeting.Options()
    all.decodes = [Self.h264, .vp8]
    var firefox = SimulatedMeeting.Options()
    firefox.decodes = [.vp8, Codec(.av1)]
    try meeting.join("sender", sender)
    let chromium = try meeting.join("chromium", all)
    meeting.run(until: 2)
    #expect(Self.wanted(meeting) == [])
    #expect(meeting.slots(of: chromium, showing: "sender", .camera).count == 1)

    let lacking = try meeting.join("firefox", firefox)
    meeting.run(until: 4)
    #expect(Self.wanted(meeting) == [[.vp8]])
    let shown = meeting.shown(lacking).filter { $0.source == .camera && $0.participant == "sender" }
    #expect(shown.map(\.isDecodable) == [false])
    let mid = try #require(shown.first?.mid)
    #expect(meeting.receiver(lacking, mid).packets.isEmpty)
    let drops = meeting.room.drops[.codecNotAccepted]
    #expect(drops > 0)

    // The page does as it is told: another payload type, with a keyframe.
    meeting.clients[0].sources[1].codec = .vp8
    meeting.clients[0].sources[1].wantsKeyframe = true
    meeting.run(until: 6)
    #expect(Self.wanted(meeting) == [[.vp8], []])
    #expect(meeting.shown(lacking).first { $0.mid == mid }?.isDecodable == true)
    #expect(meeting.receiver(lacking, mid).packets.first?.vp8?.startsKeyframe == true)
    #expect(meeting.receiver(lacking, mid).packets.count > 100)
    // Who could decode both saw the switch as one stream.
    let both = try #require(meeting.slots(of: chromium, showing: "sender", .camera).first)
    #expect(Set(meeting.receiver(chromium, both).packets.map(\.header.payloadType)) == [54, 120])
    MeetingTests.expectContinuous(meeting, holesAllowed: false)
  }

  @Test(
    "Interop 7: a source that nobody can be helped with says so, and what the slot showed before is not shown for it")
  func nobody() throws {
    var meeting = SimulatedMeeting()
    var viewing = SimulatedMeeting.Options()
    viewing.role = .viewer
    viewing.kinds = []
    viewing.audioSlots = 1
    viewing.videoSlots = 1
    let viewer = try meeting.join("viewer", viewing)
    var first = SimulatedMeeting.Options()
    first.talks = { $0 < 5 }
    try meeting.join("a", first)
    var second = SimulatedMeeting.Options()
    second.talks = { $0 > 5 }
    second.agrees = [Self.h264]
    second.sends = Self.h264
    try meeting.join("b", second)
    meeting.run(until: 4)
    #expect(meeting.slots(of: viewer, showing: "a", .camera) == ["v1"])
    meeting.run(until: 8)
    let shown = meeting.shown(viewer).first { $0.mid == "v1" }
    #expect(shown?.participant == "b" && shown?.isDecodable == false)
    #expect(Self.wanted(meeting) == [])
    let count = meeting.receiver(viewer, "v1").packets.count
    meeting.run(until: 9)
    #expect(meeting.receiver(viewer, "v1").packets.count == count)
  }
}
