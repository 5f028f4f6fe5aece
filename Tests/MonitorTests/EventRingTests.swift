import Measurement
import Testing
import Wire

@testable import Monitor

struct EventRingTests {
  func change(_ site: String) -> MonitorEvent.Change {
    .path(
      PathState(
        path: Path(site: site, target: "hq", route: .direct), origin: .capture, verdict: .unknown, recent: []))
  }

  func ring(events: Int) -> EventRing {
    var ring = EventRing(epoch: 7, capacity: 3)
    for number in 1..<(events + 1) { _ = ring.append(change("\(number)")) }
    return ring
  }

  @Test("A listener gets what followed its last id, oldest first")
  func resumes() throws {
    let events = try #require(ring(events: 2).events(after: EventID(epoch: 7, sequence: 1)))
    #expect(events == [MonitorEvent(id: EventID(epoch: 7, sequence: 2), change: change("2"))])
  }

  @Test("One that is up to date gets nothing")
  func current() {
    #expect(ring(events: 2).events(after: EventID(epoch: 7, sequence: 2)) == [])
    #expect(ring(events: 0).events(after: EventID(epoch: 7, sequence: 0)) == [])
  }

  @Test("The ring keeps its newest events over the wrap", arguments: 3...9)
  func wraps(count: Int) throws {
    let ring = ring(events: count)
    let events = try #require(ring.events(after: EventID(epoch: 7, sequence: UInt64(count - 3))))
    #expect(events.map(\.id.sequence) == [count - 2, count - 1, count].map(UInt64.init))
    #expect(events.map(\.change) == [count - 2, count - 1, count].map { change("\($0)") })
  }

  @Test("An id that is too old, of another run or from the future cannot be resumed")
  func unknown() {
    let ring = ring(events: 5)
    #expect(ring.events(after: EventID(epoch: 7, sequence: 1)) == nil)
    #expect(ring.events(after: EventID(epoch: 6, sequence: 4)) == nil)
    #expect(ring.events(after: EventID(epoch: 7, sequence: 6)) == nil)
  }
}
