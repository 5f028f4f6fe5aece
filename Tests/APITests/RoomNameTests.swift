import Testing

@testable import API

@Suite struct RoomNameTests {
  @Test(
    "Names in any script are taken, surrounding spaces cut off",
    arguments: [
      ("standup", "standup"), ("  企画会議 ", "企画会議"), ("Room 12", "Room 12"), ("👩‍👩‍👧 team", "👩‍👩‍👧 team"),
    ])
  func accepted(text: String, name: String) {
    #expect(RoomName(text)?.description == name)
  }

  @Test(
    "Empty, overlong and unsafe names are refused",
    arguments: [
      "", "   ", "a/b", "a\\b", "a?b", "a#b", "100%", ".", "..", "*", "a\u{7}b", "a\nb", "a\u{202e}b",
      String(repeating: "x", count: 65), "e" + String(repeating: "\u{301}", count: 300),
    ])
  func refused(text: String) {
    #expect(RoomName(text) == nil)
  }

  @Test("In an address everything outside the unreserved set is percent-encoded")
  func pathComponent() throws {
    let room = try #require(RoomName("企 A-1~._"))
    #expect(room.pathComponent == "%E4%BC%81%20A-1~._")
    #expect(Paths.participantEvents("p7", of: room) == "/v1/rooms/%E4%BC%81%20A-1~._/participants/p7/events")
    #expect(Paths.whipResource("s", of: room) == "/whip/%E4%BC%81%20A-1~._/s")
  }

  @Test("A display name may hold any visible character, a control character never")
  func displayName() {
    #expect(DisplayName(" 山田 太郎 / Yamada ")?.description == "山田 太郎 / Yamada")
    #expect(DisplayName("a\u{0}b") == nil)
    #expect(DisplayName("") == nil)
  }
}
