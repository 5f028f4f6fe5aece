import Testing

@testable import Dashboard

@Suite("Figures as text")
struct FigureTextTests {
  @Test("A share is all only when it is all")
  func shares() {
    #expect(FigureText.share(5_719, of: 5_720) == "99.98 %")
    #expect(FigureText.share(99_999, of: 100_000) == "99.99 %")
    #expect(FigureText.share(3, of: 3) == "100.00 %")
    #expect(FigureText.share(0, of: 3) == "0.00 %")
  }

  @Test(
    "Three digits, and never zero for what is not",
    arguments: [
      (0, "0"), (0.001, "<0.01"), (0.5, "0.50"), (1.005, "1.00"), (9.999, "10.0"), (12.34, "12.3"), (99.96, "100"),
      (204.4, "204"), (-3, "-3.00"), (.infinity, "–"), (1e300, "–"),
    ])
  func digits(value: Double, text: String) {
    #expect(FigureText.threeDigits(value) == text)
  }

  @Test("Bit rates scale by thousands")
  func bitrates() {
    #expect(FigureText.bitrate(0) == "0 b/s")
    #expect(FigureText.bitrate(48_200) == "48.2 kb/s")
    #expect(FigureText.bitrate(2_480_000) == "2.48 Mb/s")
  }
}
