import Testing
import Wire

@testable import SFU

@Suite("Room events")
struct RoomEventsTests {
  @Test("Events that all are told are numbered without a gap; those for one receiver are not numbered")
  func numbers() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b", "c"] {
      var options = SimulatedMeeting.Options()
      options.talks = { _ in id == "b" }
      try meeting.join(id, options)
    }
    meeting.run(until: 4)
    meeting.leave(2)
    let numbers = meeting.events.compactMap(\.number)
    #expect(numbers == Array(1...UInt64(numbers.count)))
    for event in meeting.events {
      if case .slots = event.content { #expect(event.number == nil) } else { #expect(event.number != nil) }
    }
    let last = meeting.room.roster().number
    #expect(last == numbers.last)
    let speaking = meeting.room.speaking
    #expect(speaking == ["b"])
  }

  @Test("A receiver is told what its slots show, and the last word is the truth")
  func slots() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 3)
    let told = meeting.events.compactMap { event -> [SlotContent]? in
      if case .slots(let receiver, let contents) = event.content, receiver == meeting.clients[0].handle {
        return contents
      }
      return nil
    }
    let shown = meeting.shown(0)
    #expect(told.last == shown)
    #expect(shown.filter { $0.participant == "b" }.count == 2)
  }

  @Test("A viewer stands in no roster")
  func viewers() throws {
    var meeting = SimulatedMeeting()
    try meeting.join("a")
    var options = SimulatedMeeting.Options()
    options.role = .viewer
    options.kinds = []
    let viewer = try meeting.join("v", options)
    meeting.leave(viewer)
    let roster = meeting.room.roster().entries
    #expect(roster.map(\.participant) == ["a"])
    #expect(!meeting.events.contains { $0.content == .left(participant: "v") })
  }
}
