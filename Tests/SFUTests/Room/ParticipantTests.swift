import Testing
import Wire

@testable import SFU

@Suite("Participant")
struct ParticipantTests {
  @Test("The first round trip counts whole, later ones by an eighth, and the interval's list is bounded")
  func roundTrips() {
    var participant = Participant(
      Admission(participant: "p", name: "P", role: .meeting, csrc: 1, feedbackSSRC: 2, cname: "c"), joined: 1)
    #expect(participant.roundTrip == Participant.assumedRoundTrip)
    participant.measured(roundTrip: 8_000_000)
    #expect(participant.roundTrip == 8_000_000)
    participant.measured(roundTrip: 16_000_000)
    #expect(participant.roundTrip == 9_000_000)
    for _ in 0..<1000 { participant.measured(roundTrip: 1) }
    #expect(participant.roundTrips.count == Participant.maximumRoundTrips)
  }

  @Test("However many SSRCs a client makes up, the newest sixteen are remembered")
  func latches() throws {
    var room = Room(now: .zero, wall: WallTime(seconds: 0))
    let inserted = room.sources.insert(try SourceTests.source(.camera))
    let handle = try #require(inserted)
    var latches = SSRCLatches()
    for ssrc in UInt32(0)..<40 { latches.latch(ssrc, to: handle) }
    latches.latch(39, to: handle)
    #expect((0..<40).filter { latches[$0] != nil } == Array(24..<40))
  }
}
