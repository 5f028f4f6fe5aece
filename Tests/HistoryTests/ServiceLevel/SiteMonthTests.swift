import Testing

@testable import History

@Suite("A site's month")
struct SiteMonthTests {
  private func month(good: Int, bad: Int, coverage: UInt64 = 1_000_000) -> SiteMonth {
    var month = SiteMonth(site: "tsu", month: "2026-11", level: ServiceLevel())
    (month.good, month.bad, month.coverage) = (good, bad, coverage)
    return month
  }

  @Test(
    "99 % are enough and less is not; below 95 % coverage nothing is said",
    arguments: [
      (99, 1, 1_000_000, .met), (989, 11, 1_000_000, .missed), (0, 0, 1_000_000, .notAssessable),
      (100, 0, 949_999, .notAssessable), (100, 0, 950_000, .met), (9_899_999, 100_001, 1_000_000, .missed),
    ] as [(Int, Int, UInt64, SiteMonth.Verdict)])
  func verdicts(good: Int, bad: Int, coverage: UInt64, verdict: SiteMonth.Verdict) {
    #expect(month(good: good, bad: bad, coverage: coverage).verdict == verdict)
  }

  @Test("The level is rounded down: all good is only what is all good")
  func level() {
    #expect(month(good: 9_999_999, bad: 1).levelReached == 999_999)
    #expect(month(good: 5, bad: 0).levelReached == 1_000_000)
    #expect(month(good: 0, bad: 0).levelReached == nil)
  }
}
