import Measurement
import Testing
import Wire

@testable import Monitor

struct ListenersTests {
  func event(_ number: Int) -> MonitorEvent {
    MonitorEvent(
      id: EventID(epoch: 1, sequence: UInt64(number)),
      change: .path(
        PathState(
          path: Path(site: "tsu", target: "hq", route: .direct), origin: .capture, verdict: .good, recent: [])))
  }

  @Test("A listener gets its first updates, then what is sent")
  func order() async {
    var listeners = Listeners()
    let stream = listeners.add(first: [.event(event(1))]) { _ in }
    listeners.send(event(2))
    listeners.removeAll()
    var updates: [MonitorUpdate] = []
    for await update in stream { updates.append(update) }
    #expect(updates == [.event(event(1)), .event(event(2))])
  }

  @Test("One that falls behind is let go after what it has, and the others go on")
  func behind() async {
    var listeners = Listeners()
    let slow = listeners.add(first: []) { _ in }
    for number in 1...Listeners.backlogLimit { listeners.send(event(number)) }
    #expect(listeners.count == 1)
    let quick = listeners.add(first: []) { _ in }
    listeners.send(event(Listeners.backlogLimit + 1))
    #expect(listeners.count == 1)
    listeners.removeAll()
    var seen = 0
    for await _ in slow { seen += 1 }
    #expect(seen == Listeners.backlogLimit)
    seen = 0
    for await _ in quick { seen += 1 }
    #expect(seen == 1)
  }
}
