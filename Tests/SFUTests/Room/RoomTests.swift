import Testing
import Wire

@testable import SFU

@Suite("Room")
struct RoomTests {
  @Test("A room holds as many as its bound, and a place left is free again")
  func bound() throws {
    var bounds = RoomBounds()
    bounds.participants = 2
    var meeting = SimulatedMeeting(bounds: bounds)
    try meeting.join("a")
    let second = try meeting.join("b")
    var refusal: AdmissionError?
    do { try meeting.join("c") } catch let error as AdmissionError { refusal = error }
    #expect(refusal == .roomFull)
    meeting.leave(second)
    try meeting.join("d")
    let count = meeting.room.participantCount
    #expect(count == 2)
  }

  @Test("Nobody is told of a participant, nor shown it, before it is connected")
  func connected() throws {
    var room = Room(now: .zero, wall: WallTime(seconds: 0))
    var output = RoomOutput()
    let handle = try room.admit(
      Admission(participant: "p", name: "P", role: .meeting, csrc: 1, feedbackSSRC: 2, cname: "c"), at: .zero)
    let before = room.roster().entries.count
    room.connected(handle, at: .zero, into: &output)
    room.connected(handle, at: .zero, into: &output)
    let events = output.events
    let roster = room.roster()
    #expect(before == 0)
    #expect(events.count == 1 && events[0].number == 1)
    #expect(roster.entries.map(\.participant) == ["p"] && roster.number == 1)
  }

  @Test("One leaves: its slots empty at once, the others are told, and nothing of it is forwarded any more")
  func leaving() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b", "c"] { try meeting.join(id) }
    meeting.run(until: 3)
    meeting.events.removeAll()
    meeting.leave(1)
    for viewer in [0, 2] {
      #expect(meeting.slots(of: viewer, showing: "b", .camera) == [])
      #expect(meeting.slots(of: viewer, showing: "b", .microphone) == [])
    }
    #expect(meeting.events.contains { $0.content == .left(participant: "b") })
    let count = meeting.clients[0].receivers.flatMap(\.packets).filter { $0.csrc == 1001 }.count
    meeting.run(until: 4)
    #expect(meeting.clients[0].receivers.flatMap(\.packets).filter { $0.csrc == 1001 }.count == count)
    let id = try meeting.join("b2")
    meeting.run(until: 6)
    #expect(meeting.slots(of: 0, showing: "b2", .camera).count == 1)
    #expect(meeting.slots(of: id, showing: "a", .camera).count == 1)
    MeetingTests.expectContinuous(meeting, holesAllowed: false)
  }

  @Test("One who shares a screen leaves with camera, microphone and screen at once")
  func leavingWithScreen() throws {
    var meeting = SimulatedMeeting()
    var sharing = SimulatedMeeting.Options()
    sharing.kinds = [.microphone, .camera, .screenSound, .screen]
    try meeting.join("a")
    try meeting.join("b", sharing)
    try meeting.join("c")
    meeting.run(until: 3)
    #expect(meeting.slots(of: 0, showing: "b", .screen).count == 1)
    meeting.leave(1)
    for viewer in [0, 2] {
      let shown = meeting.shown(viewer)
      #expect(!shown.contains { $0.participant == "b" })
    }
    meeting.run(until: 4)
    #expect(meeting.slots(of: 0, showing: "c", .camera).count == 1)
    MeetingTests.expectContinuous(meeting, holesAllowed: false)
  }

  @Test("Camera off empties its slots at once, and late packets do not fill them again; on fills them")
  func cameraSwitch() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 2)
    meeting.announce(1, .camera, isOn: false)
    #expect(meeting.slots(of: 0, showing: "b", .camera) == [])
    meeting.run(until: 2.5)
    #expect(meeting.slots(of: 0, showing: "b", .camera) == [])
    let roster = meeting.room.roster().entries
    #expect(roster.map(\.camera) == [true, false])
    meeting.announce(1, .camera, isOn: true)
    meeting.run(until: 3)
    #expect(meeting.slots(of: 0, showing: "b", .camera).count == 1)
    MeetingTests.expectContinuous(meeting, holesAllowed: false)
  }
}
