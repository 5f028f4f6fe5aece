import Testing

@testable import LoadTest

@Suite("Generated speech")
struct SpeechTests {
  @Test("The same seed speaks the same, another otherwise")
  func seeds() {
    var (one, same, other) = (Speech(seed: 1), Speech(seed: 1), Speech(seed: 2))
    let frame = one.frame()
    #expect(frame.count == 960)
    #expect(frame == same.frame())
    #expect(frame != other.frame())
    #expect(frame != one.frame())
  }

  @Test("It is neither silent nor clipped, and rises and falls by syllables")
  func loudness() {
    var speech = Speech(seed: 3)
    let levels = (0..<100).map { _ in
      let frame = speech.frame()
      return (frame.reduce(0.0) { $0 + Double($1) * Double($1) } / 960).squareRoot()
    }
    #expect((levels.max() ?? 0) < 20_000)
    #expect((levels.max() ?? 0) > 500)
    #expect(levels.allSatisfy { $0 > 10 })
    #expect((levels.max() ?? 0) > 2 * (levels.min() ?? 0))
  }
}
