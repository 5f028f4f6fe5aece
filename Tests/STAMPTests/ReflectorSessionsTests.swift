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
}
