import API
import Testing

@testable import Dashboard

@Suite("Widths in a terminal")
struct DisplayWidthTests {
  @Test(
    "Japanese takes two columns, halfwidth and combining characters one and none",
    arguments: [
      ("県庁", 4), ("abc", 3), ("ｶﾀｶﾅ", 4), ("が", 2), ("e\u{301}", 1), ("（仮）", 6), ("✖●", 2), ("🎤", 2), ("", 0),
    ])
  func widths(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test("Cutting never splits a wide character and marks the cut")
  func fitting() {
    #expect("津地域庁舎".fitted(to: 10) == "津地域庁舎")
    #expect("津地域庁舎".fitted(to: 9) == "津地域庁…")
    #expect("津地域庁舎".fitted(to: 8) == "津地域…")
    #expect("津地域庁舎".padded(to: 8) == "津地域… ")
    #expect("7 %".padded(to: 6, rightAligned: true) == "   7 %")
    #expect("x".fitted(to: 0) == "")
  }

  @Test("Lines break after spaces, within Japanese anywhere, and lose nothing")
  func wrapping() {
    #expect("the monitor refuses connections".wrapped(to: 12) == ["the monitor", "refuses", "connections"])
    #expect("監視サーバーに届きません".wrapped(to: 9) == ["監視サー", "バーに届", "きません"])
    #expect("津 の回線または拠点".wrapped(to: 9) == ["津 の回線", "または拠", "点"])
    #expect("abcdefgh".wrapped(to: 5) == ["abcde", "fgh"])
    #expect("a".wrapped(to: 1).isEmpty)
    #expect("".wrapped(to: 10).isEmpty)
  }

  @Test("Control characters and directional overrides are replaced")
  func sanitizing() {
    #expect("a\u{1b}[31mb\u{7}\u{202e}c".printable == "a\u{fffd}[31mb\u{fffd}\u{fffd}c")
  }
}
