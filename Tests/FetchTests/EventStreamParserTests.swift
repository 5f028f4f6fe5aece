import Testing

@testable import Fetch

@Suite("The event stream parser")
struct EventStreamParserTests {
  private func events(_ text: String) -> [EventStreamParser.Event] {
    var parser = EventStreamParser()
    return parser.parse(text.utf8)
  }

  @Test("Fields, several data lines, comments and line ends of all three kinds")
  func fields() {
    #expect(
      events(": hi\n\nevent: a\r\nid: 7\r\ndata: one\r\ndata:two\r\n\r\ndata\r\rid\ndata: x\n\n") == [
        .init(id: "7", name: "a", data: "one\ntwo"), .init(id: "7", name: "message", data: ""),
        .init(id: "", name: "message", data: "x"),
      ])
  }

  @Test("An event without data, or not ended, is none")
  func incomplete() {
    #expect(events("event: a\n\nid: 3\n\ndata: x\n").isEmpty)
  }

  @Test("Pieces cut anywhere give the same events")
  func pieces() {
    let text = "\u{feff}id: 1\r\ndata: 県庁\r\n\r\ndata: b\n\n"
    var parser = EventStreamParser()
    let cut = text.utf8.flatMap { parser.parse([$0]) }
    #expect(cut == events(text))
    #expect(cut.map(\.data) == ["県庁", "b"])
  }
}
