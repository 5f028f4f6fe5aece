import Testing

@testable import SDP

@Suite("Fields of a value")
struct FieldsTests {
  @Test("Fields are what stands between separators, empty ones only when asked for")
  func separators() {
    #expect(" a  b ".fields() == ["a", "b"])
    #expect("a//b".fields("/", keepsEmpty: true) == ["a", "", "b"])
    #expect("a=b=c".fields("=", maxSplits: 1) == ["a", "b=c"])
    #expect("".fields().isEmpty)
  }

  @Test("A combining mark hides no separator")
  func combiningMark() {
    #expect("a \u{301}b".fields() == ["a", "\u{301}b"])
  }

  @Test("Case counts in no ASCII letter, and in everything else")
  func spelling() {
    #expect("Vp8".isSpelled("vP8"))
    #expect(!"vp8".isSpelled("vp9"))
    #expect(!"vp8".isSpelled("vp80"))
    // These differ in the bit that tells a letter's case, and are no letters.
    #expect(!"[".isSpelled("{"))
  }

  @Test("Outer spaces are cut off, inner ones stay")
  func outerSpaces() {
    #expect("  a b ".withoutOuterSpaces == "a b")
    #expect("   ".withoutOuterSpaces.isEmpty)
  }
}
