import API

extension FuzzTarget {
  /// An event stream. However the network cuts it, the same events come out, and none over the bound.
  static let serverSentEvents = FuzzTarget("ServerSentEvents") { input in
    let limit = 256
    var whole = ServerSentEventReader(maximumBytes: limit)
    let events = whole.read(input)
    var cut = ServerSentEventReader(maximumBytes: limit)
    precondition(input.flatMap { cut.read([$0]) } == events, "cutting changes nothing")
    precondition(events.allSatisfy { $0.data.utf8.count <= 3 * limit }, "what is too long is dropped")
    // What we write is read back, but for what a stream cannot say.
    for event in events where !(event.data + event.name + (event.id ?? "")).utf8.contains(UInt8(ascii: "\r")) {
      var reader = ServerSentEventReader(maximumBytes: 4 * limit)
      precondition(reader.read(event.wireForm.utf8) == [event], "an event is read as it was written")
    }
  }
}
