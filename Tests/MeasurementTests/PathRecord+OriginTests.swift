import Measurement
import Testing

@Suite struct PathRecordTests {
  @Test(
    "An origin is written in words and read back",
    arguments: [
      (PathRecord.Origin.probe(kind: "stamp"), "probe stamp"), (.call(.uplink), "call uplink"),
      (.call(.downlink), "call downlink"), (.capture, "capture"),
    ])
  func origins(origin: PathRecord.Origin, words: String) {
    #expect(origin.description == words)
    #expect(PathRecord.Origin(words) == origin)
  }

  @Test("Other words are no origin", arguments: ["", "probe", "call", "call sideways", "capture x", "poll"])
  func notAnOrigin(words: String) {
    #expect(PathRecord.Origin(words) == nil)
  }

  @Test("Two origins of one path are two series")
  func series() {
    var other = PathRecord.call
    other.id.origin = .call(.uplink)
    #expect(other.series != PathRecord.call.series)
    #expect(PathRecord.call.series < other.series)
  }
}
