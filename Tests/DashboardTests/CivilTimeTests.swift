import Testing

@testable import Dashboard

@Suite("Civil time")
struct CivilTimeTests {
  @Test(
    "Dates across leap years, offsets and the epoch",
    arguments: [
      (0.0, 0, "1970-01-01", "00:00:00"), (951_782_400, 0, "2000-02-29", "00:00:00"),
      (1_795_310_103, 9 * 3600, "2026-11-22", "10:15:03"), (-1, 0, "1969-12-31", "23:59:59"),
      (4_107_542_399, 0, "2100-02-28", "23:59:59"), (4_107_542_400, 0, "2100-03-01", "00:00:00"),
    ])
  func dates(seconds: Double, offset: Int, date: String, time: String) {
    let civil = CivilTime(secondsSince1970: seconds, utcOffset: offset)
    #expect(civil.date == date)
    #expect(civil.time == time)
  }
}
