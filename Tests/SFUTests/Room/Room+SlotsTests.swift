import Testing
import Wire

@testable import SFU

@Suite("Slots of a room")
struct RoomSlotsTests {
  @Test("Interop 12: of more than its slots hold, a receiver hears those who speak; the longest silent goes")
  func loudest() throws {
    var meeting = SimulatedMeeting(seed: 2)
    let listener = try meeting.join("listener")
    for index in 0..<5 {
      var options = SimulatedMeeting.Options()
      options.audioSlots = 0
      options.videoSlots = 0
      // p3 speaks from 4 s, p4 from 8 s, p0 always.
      options.talks = { index == 0 || (index == 3 && $0 > 5) || (index == 4 && $0 > 9) }
      try meeting.join("p\(index)", options)
    }
    meeting.run(until: 3)
    #expect(
      Set(meeting.shown(listener).filter { $0.source == .microphone }.compactMap(\.participant)) == ["p0", "p1", "p2"])
    meeting.run(until: 7)
    #expect(meeting.slots(of: listener, showing: "p3", .microphone).count == 1)
    #expect(meeting.slots(of: listener, showing: "p0", .microphone).count == 1)
    meeting.run(until: 11)
    #expect(
      Set(meeting.shown(listener).filter { $0.source == .microphone }.compactMap(\.participant)) == ["p0", "p3", "p4"])
    // A speaker's picture stands in the slot with the index of the voice.
    for speaker in ["p0", "p3", "p4"] {
      let voice = try #require(meeting.slots(of: listener, showing: speaker, .microphone).first)
      let picture = try #require(meeting.slots(of: listener, showing: speaker, .camera).first)
      #expect(Int(voice.dropFirst()) == Int(picture.dropFirst()).map { $0 - 3 })
    }
    MeetingTests.expectContinuous(meeting, holesAllowed: false)
  }

  @Test("Interop 12: a client that sends no levels is heard like the others")
  func withoutLevels() throws {
    var meeting = SimulatedMeeting()
    var viewing = SimulatedMeeting.Options()
    viewing.kinds = []
    viewing.audioSlots = 1
    let listener = try meeting.join("listener", viewing)
    try meeting.join("silent")
    meeting.run(until: 2)
    #expect(meeting.slots(of: listener, showing: "silent", .microphone).count == 1)
    var options = SimulatedMeeting.Options()
    options.hasLevels = false
    options.talks = { $0 > 4 }
    try meeting.join("obs", options)
    meeting.run(until: 2.8)
    #expect(meeting.slots(of: listener, showing: "obs", .microphone).count == 0)
    meeting.run(until: 4)
    #expect(meeting.slots(of: listener, showing: "obs", .microphone).count == 1)
  }

  @Test("Interop 12: an emptied audio slot ends with three frames of silence")
  func silence() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 2)
    let mid = try #require(meeting.slots(of: 1, showing: "a", .microphone).first)
    meeting.announce(0, .microphone, isOn: false)
    meeting.run(until: 3)
    let packets = meeting.receiver(1, mid).packets
    #expect(packets.suffix(3).map(\.payload) == Array(repeating: [0xf8, 0xff, 0xfe], count: 3))
    #expect(packets.dropLast(3).last?.payload.count ?? 0 > 3)
    #expect(packets.suffix(3).allSatisfy { $0.csrc == nil })
    MeetingTests.expectContinuous(meeting, holesAllowed: false)
  }

  @Test("A camera whose packets stop empties its slots by itself")
  func packetsStop() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 2)
    meeting.clients[0].sources[1].isOn = false
    meeting.run(until: 3.5)
    #expect(meeting.slots(of: 1, showing: "a", .camera).count == 1)
    meeting.run(until: 4.3)
    #expect(meeting.slots(of: 1, showing: "a", .camera).count == 0)
    meeting.clients[0].sources[1].isOn = true
    meeting.run(until: 5)
    #expect(meeting.slots(of: 1, showing: "a", .camera).count == 1)
  }
}
