import Testing
import Wire

@testable import SFU

@Suite("Source clock")
struct SourceClockTests {
  private static func time(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: milliseconds * 1_000_000)
  }

  private static func ntp(_ milliseconds: Int64) -> NTPTime {
    NTPTime(WallTime(nanoseconds: 1_000_000_000_000 + milliseconds * 1_000_000))
  }

  @Test("Before the first report the quickest packet says when timestamps were taken")
  func arrivals() {
    var clock = SourceClock(clockRate: 90_000)
    #expect(clock.relayTime(of: 0, by: ParticipantClock()) == nil)
    clock.arrived(0, at: Self.time(130))
    clock.arrived(9000, at: Self.time(210))
    clock.arrived(18_000, at: Self.time(350))
    #expect(clock.relayTime(of: 18_000, by: ParticipantClock()) == Self.time(310))
    #expect(clock.timestamp(at: Self.time(410), by: ParticipantClock()) == 27_000)
  }

  @Test("Reports relate two sources of one participant, whatever came before")
  func reports() throws {
    var participant = ParticipantClock()
    var voice = SourceClock(clockRate: 48_000)
    var picture = SourceClock(clockRate: 90_000)
    voice.arrived(0, at: Self.time(500))
    picture.arrived(0, at: Self.time(900))
    participant.report(Self.ntp(1000), arrival: Self.time(40))
    voice.reported(Self.ntp(1000), timestamp: 4_294_967_290)
    picture.reported(Self.ntp(1000), timestamp: 77)
    let heard = try #require(voice.relayTime(of: 4_294_967_290 &+ 48_000, by: participant))
    let seen = try #require(picture.relayTime(of: 77 + 90_000, by: participant))
    #expect(abs(heard.nanoseconds(since: seen)) <= 1)
    #expect(abs(heard.nanoseconds(since: Self.time(1040))) <= 1)
  }

  @Test("Interop 1: reports are not sent on the second, and their fractions count", arguments: [1, 250, 500, 999])
  func fractions(milliseconds: Int64) throws {
    var participant = ParticipantClock()
    var voice = SourceClock(clockRate: 48_000)
    var picture = SourceClock(clockRate: 90_000)
    participant.report(Self.ntp(0), arrival: Self.time(40))
    voice.reported(Self.ntp(0), timestamp: 0)
    picture.reported(Self.ntp(milliseconds), timestamp: UInt32(90 * milliseconds))
    let heard = try #require(voice.relayTime(of: 48_000, by: participant))
    let seen = try #require(picture.relayTime(of: 90_000, by: participant))
    #expect(abs(heard.nanoseconds(since: seen)) <= 2)
  }

  @Test("A delayed report hardly moves the participant's clock; a quicker one does; a clock that was set is followed")
  func participant() {
    var clock = ParticipantClock()
    #expect(!clock.isKnown)
    clock.report(Self.ntp(0), arrival: Self.time(50))
    clock.report(Self.ntp(1000), arrival: Self.time(1250))
    #expect(abs(clock.relayTime(of: Self.ntp(1000)).nanoseconds(since: Self.time(1050))) < 400_000)
    for second in 2..<40 { clock.report(Self.ntp(Int64(second) * 1000), arrival: Self.time(Int64(second) * 1000 + 10)) }
    #expect(abs(clock.relayTime(of: Self.ntp(1000)).nanoseconds(since: Self.time(1010))) < 500_000)
    clock.report(Self.ntp(3_600_000), arrival: Self.time(41_000))
    #expect(abs(clock.relayTime(of: Self.ntp(3_600_000)).nanoseconds(since: Self.time(41_000))) < 2)
  }

  @Test("After a restart nothing of the old stream counts")
  func restart() {
    var clock = SourceClock(clockRate: 90_000)
    clock.reported(Self.ntp(0), timestamp: 5)
    #expect(clock.isReported)
    clock.restart()
    #expect(!clock.isReported)
    #expect(clock.relayTime(of: 5, by: ParticipantClock()) == nil)
  }
}
