import Testing
import Wire

@testable import STAMP

@Suite struct ReflectorSessionsTests {
  private func session(_ ssid: UInt16, port: UInt16 = 40_000) -> SessionID {
    SessionID(
      source: Endpoint(address: .loopbackV4, port: port), destination: Endpoint(address: .loopbackV4, port: 862),
      ssid: ssid)
  }

  @Test("Each session counts for itself")
  func counts() {
    var sessions = ReflectorSessions(capacity: 4, timeout: .seconds(10))
    #expect((0..<3).map { _ in sessions.count(session(1), now: .zero) } == [0, 1, 2])
    #expect(sessions.count(session(2), now: .zero) == 0)
    #expect(sessions.count(session(1, port: 40_001), now: .zero) == 0)
    #expect(sessions.count(session(1), now: .zero) == 3)
  }

  @Test("A session quiet for the timeout starts anew")
  func timeout() {
    var sessions = ReflectorSessions(capacity: 4, timeout: .seconds(10))
    _ = sessions.count(session(1), now: .zero)
    #expect(sessions.count(session(1), now: .zero + .seconds(9)) == 1)
    #expect(sessions.count(session(1), now: .zero + .seconds(19)) == 0)
  }

  @Test("A full table has no place for a new session until one is quiet")
  func bounded() {
    var sessions = ReflectorSessions(capacity: 1, timeout: .seconds(10))
    #expect(sessions.count(session(1), now: .zero) == 0)
    #expect(sessions.count(session(2), now: .zero) == nil)
    #expect(sessions.count(session(1), now: .zero) == 1)
    #expect(sessions.count(session(2), now: .zero + .seconds(11)) == 0)
    #expect(sessions.count == 1)
  }

  @Test("Only of a session's last answer is it remembered when it left, and nothing of a session that is not there")
  func departures() {
    var sessions = ReflectorSessions(capacity: 2, timeout: .seconds(10))
    let time = WallTime(seconds: 1_726_500_000)
    _ = sessions.count(session(1), now: .zero)
    sessions.departed(AwaitedDeparture(session: session(1), number: 0), at: time, method: 2)
    sessions.departed(AwaitedDeparture(session: session(2), number: 0), at: time, method: 2)
    #expect(sessions.count == 1)
    #expect(sessions.departure(before: 0, of: session(1)) == nil)
    _ = sessions.count(session(1), now: .zero)
    #expect(sessions.departure(before: 1, of: session(1))?.time == time)
    #expect(sessions.departure(before: 1, of: session(2)) == nil)
    _ = sessions.count(session(1), now: .zero)
    #expect(sessions.departure(before: 2, of: session(1)) == nil)
    // One that is told of too late, and a session that began anew.
    sessions.departed(AwaitedDeparture(session: session(1), number: 1), at: time, method: 2)
    #expect(sessions.departure(before: 2, of: session(1)) == nil)
    sessions.departed(AwaitedDeparture(session: session(1), number: 2), at: time, method: 2)
    _ = sessions.count(session(1), now: .zero + .seconds(20))
    #expect(sessions.departure(before: 0, of: session(1)) == nil)
  }
}
