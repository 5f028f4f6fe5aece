import Testing

@testable import Relay

@Suite struct RoomEventTests {
  @Test("An event's id is read back as it is written")
  func roundTrip() {
    for id in [EventID(epoch: .max, sequence: 0), EventID(epoch: 0, sequence: .max), EventID(epoch: 255, sequence: 17)]
    {
      #expect(EventID(id.description) == id)
    }
    #expect(EventID(epoch: 255, sequence: 17).description == "ff-17")
  }

  @Test("Anything else is no id", arguments: ["", "-", "1", "1-", "-1", "x-1", "1-x", "1-2-3", "1 - 2"])
  func malformed(text: String) {
    #expect(EventID(text) == nil)
  }
}
