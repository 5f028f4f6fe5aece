import Foundation
import Measurement
import Testing

@Suite struct PathRecordOriginTests {
  @Test(
    "An origin is written in words and read back",
    arguments: [
      (PathRecord.Origin.probe(kind: "stamp"), "probe stamp"), (.call(.uplink), "call uplink"),
      (.call(.downlink), "call downlink"), (.capture, "capture"),
    ])
  func origins(origin: PathRecord.Origin, words: String) throws {
    #expect(origin.description == words)
    #expect(PathRecord.Origin(words) == origin)
    let encoded = try JSONEncoder().encode([origin])
    #expect(String(decoding: encoded, as: UTF8.self) == "[\"\(words)\"]")
    #expect(try JSONDecoder().decode([PathRecord.Origin].self, from: encoded) == [origin])
  }

  @Test("Other words are no origin", arguments: ["", "probe", "call", "call sideways", "capture x", "poll"])
  func notAnOrigin(words: String) {
    #expect(PathRecord.Origin(words) == nil)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([PathRecord.Origin].self, from: Data("[\"\(words)\"]".utf8))
    }
  }
}
