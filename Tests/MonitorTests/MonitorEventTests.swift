import Testing

@testable import Monitor

struct MonitorEventTests {
  @Test("An event's id reads back from its text")
  func text() {
    let id = EventID(epoch: .max, sequence: 42)
    #expect(id.description == "ffffffffffffffff-42")
    #expect(EventID(id.description) == id)
  }

  @Test("Anything else is no id", arguments: ["", "1", "-", "1-", "-1", "g-1", "1-a", "1-18446744073709551616"])
  func malformed(text: String) {
    #expect(EventID(text) == nil)
  }
}
