import Fetch
import Testing

@testable import Agent

@Suite("Delivery")
struct DeliveryTests {
  @Test("It waits longer and longer, up to a minute, and from the start again after a success")
  func backoff() {
    var backoff = Backoff()
    let waits = (0..<12).map { _ in backoff.next(atLeast: nil) }
    #expect(waits.prefix(4) == [.milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2)])
    #expect(waits.last == .seconds(60))
    #expect(backoff.next(atLeast: .seconds(90)) == .seconds(90))
    backoff.reset()
    #expect(backoff.next(atLeast: nil) == .milliseconds(250))
  }
}
