import Testing
import Wire

@testable import SFU

@Suite("Timers of a room")
struct RoomTimersTests {
  @Test("An empty room wants no timer; one with people wants the next tick")
  func timeouts() throws {
    var meeting = SimulatedMeeting()
    let empty = meeting.room.nextTimeout
    let client = try meeting.join("a")
    let joined = meeting.room.nextTimeout
    let start = meeting.now
    #expect(empty == .never)
    #expect(joined.nanoseconds(since: start) == Room.tickInterval)
    meeting.leave(client)
    meeting.run(until: 2)
    let left = meeting.room.nextTimeout
    #expect(left == .never)
  }

  @Test("A timeout handled early does nothing, and one handled is always in the future")
  func progress() throws {
    var meeting = SimulatedMeeting()
    try meeting.join("a")
    let early = meeting.now.advanced(byNanoseconds: 1)
    meeting.room.handleTimeout(at: early, into: &meeting.output)
    let rtcp = meeting.output.rtcpCount
    #expect(rtcp == 0)
    var now = meeting.now
    for _ in 0..<100 {
      let next = meeting.room.nextTimeout
      #expect(next > now)
      now = next
      meeting.room.handleTimeout(at: now, into: &meeting.output)
      meeting.output.removeAll()
    }
  }
}
