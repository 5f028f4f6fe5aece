import Testing

@testable import API

@Suite struct ServerSentEventTests {
  @Test("What is written is read back, however the network cuts it")
  func roundTrip() {
    let sent = [
      ServerSentEvent(id: "a-1", name: "roster", data: #"{"参加者":1}"#),
      ServerSentEvent(id: "a-2", name: "message", data: "two\nlines\n"),
      ServerSentEvent(id: "a-3", name: "speaking", data: ""),
    ]
    let bytes = Array((ServerSentEvent.heartbeat + sent.map(\.wireForm).joined()).utf8)
    for size in 1...bytes.count {
      var reader = ServerSentEventReader()
      var received: [ServerSentEvent] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        received += reader.read(bytes[start..<min(start + size, bytes.count)])
      }
      #expect(received == sent)
      #expect(reader.lastEventID == "a-3")
    }
  }

  @Test("The standard's own examples are read as it says")
  func standardExamples() {
    var reader = ServerSentEventReader()
    #expect(reader.read("data: YHOO\ndata: +2\ndata: 10\n\n".utf8) == [ServerSentEvent(data: "YHOO\n+2\n10")])
    reader = ServerSentEventReader()
    let events = reader.read(
      ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third\n\n".utf8)
    #expect(
      events == [
        ServerSentEvent(id: "1", data: "first event"), ServerSentEvent(id: "", data: "second event"),
        ServerSentEvent(id: "", data: " third"),
      ])
    reader = ServerSentEventReader()
    #expect(
      reader.read("data\n\ndata\ndata\n\ndata:".utf8) == [ServerSentEvent(data: ""), ServerSentEvent(data: "\n")])
    reader = ServerSentEventReader()
    #expect(reader.read("\u{feff}data:test\r\n\r\ndata: test\r\r".utf8).map(\.data) == ["test", "test"])
  }

  @Test("An id with a NUL and a retry that is no number are ignored")
  func ignoredFields() {
    var reader = ServerSentEventReader()
    _ = reader.read("id: 5\nid: a\0b\nretry: 10\nretry: soon\nretry: -1\ndata: x\n\n".utf8)
    #expect(reader.lastEventID == "5")
    #expect(reader.retryMilliseconds == 10)
  }

  @Test("An event over the bound is dropped whole, the next one is read")
  func bound() {
    var reader = ServerSentEventReader(maximumBytes: 16)
    let long = String(repeating: "x", count: 40)
    #expect(reader.read("data: \(long)\n\ndata: 123456789\ndata: 123456789\n\ndata: ok\n\n".utf8).map(\.data) == ["ok"])
  }
}
