import Testing
import Wire

@testable import Transport

@Suite("The departure queue")
struct DepartureQueueTests {
  @Test("Items leave by time, equal times in the order they came, none before its time")
  func order() {
    var queue = DepartureQueue()
    let times: [Int64] = [5, 3, 9, 3, 1, 5, 7, 3]
    for (index, time) in times.enumerated() {
      queue.insert(
        DepartureQueue.Item(
          departure: MonotonicTime(nanoseconds: time), order: 0, direction: .forward, client: index, trafficClass: 0,
          bytes: []))
    }
    #expect(queue.earliest == MonotonicTime(nanoseconds: 1))
    #expect(queue.popDue(.zero)?.client == nil)
    var clients: [Int] = []
    while let item = queue.popDue(MonotonicTime(nanoseconds: 8)) { clients.append(item.client) }
    #expect(clients == [4, 1, 3, 7, 0, 5, 6])
    #expect(queue.count == 1)
    #expect(queue.earliest == MonotonicTime(nanoseconds: 9))
  }
}
