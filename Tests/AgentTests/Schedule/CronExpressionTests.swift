import Foundation
import Testing
import Wire

@testable import Agent

@Suite("A cron expression")
struct CronExpressionTests {
  /// The moments after `start`, which like them is written in the zone: by Foundation's calendar, which we did not write.
  private func next(_ text: String, after start: String, zone: String = "Asia/Tokyo", count: Int = 1) throws -> [String]
  {
    let expression = try CronExpression(text)
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: zone)
    formatter.dateFormat = "yyyy-MM-dd HH:mm"
    var time = WallTime(seconds: Int64(try #require(formatter.date(from: start)).timeIntervalSince1970))
    var found: [String] = []
    for _ in 0..<count {
      guard let next = expression.next(after: time, offset: { ProbeScheduler.offset(zone, $0) }) else { break }
      time = next
      found.append(formatter.string(from: Date(timeIntervalSince1970: Double(next.nanoseconds / 1_000_000_000))))
    }
    return found
  }

  @Test("Every quarter of an hour on working days, over a weekend")
  func workingHours() throws {
    // 2026-11-20 is a Friday.
    #expect(
      try next("*/15 8-18 * * mon-fri", after: "2026-11-20 18:30", count: 3)
        == ["2026-11-20 18:45", "2026-11-23 08:00", "2026-11-23 08:15"])
  }

  @Test("A minute named is strictly later than now")
  func strictlyLater() throws {
    #expect(try next("30 9 * * *", after: "2026-04-01 09:30") == ["2026-04-02 09:30"])
    #expect(try next("30 9 * * *", after: "2026-04-01 09:29") == ["2026-04-01 09:30"])
  }

  @Test("29 February comes in leap years, and 2100 is none")
  func leapDay() throws {
    #expect(try next("0 0 29 2 *", after: "2026-01-01 00:00", count: 2) == ["2028-02-29 00:00", "2032-02-29 00:00"])
    #expect(try next("0 0 29 2 *", after: "2096-03-01 00:00") == ["2104-02-29 00:00"])
  }

  @Test("What comes once in a decade comes all the same")
  func seldom() throws {
    // crontab(5) takes a day that begins with a star for any, so both must fit: 1 May as a Friday.
    #expect(try next("0 0 */31 5 fri", after: "2026-05-02 00:00") == ["2037-05-01 00:00"])
    #expect(throws: CronExpression.Problem.self) { try CronExpression("5 2 *-1 5 5") }
  }

  @Test("Ends of months and of the year")
  func monthEnds() throws {
    #expect(
      try next("59 23 31 * *", after: "2026-10-31 23:59", count: 2) == ["2026-12-31 23:59", "2027-01-31 23:59"])
  }

  @Test("Where both days are restricted either is enough; Sunday is 0 and 7")
  func eitherDay() throws {
    // The 13th, and Fridays.
    #expect(
      try next("0 12 13 * fri", after: "2026-11-07 00:00", count: 3)
        == ["2026-11-13 12:00", "2026-11-20 12:00", "2026-11-27 12:00"])
    #expect(try next("0 12 13 * 0", after: "2026-12-11 00:00", count: 2) == ["2026-12-13 12:00", "2026-12-20 12:00"])
    #expect(try next("0 0 * * 7", after: "2026-11-20 00:00") == ["2026-11-22 00:00"])
  }

  @Test("In Japan clocks never change: every day has its 24 hours")
  func japan() throws {
    let hours = try next("0 * * * *", after: "2026-03-28 22:00", count: 30)
    #expect(hours.first == "2026-03-28 23:00")
    #expect(hours.last == "2026-03-30 04:00")
  }

  @Test("Where clocks change, a time left out does not come that day, and one repeated comes once")
  func daylightSaving() throws {
    // Berlin: 29 March 2026 has no 02:30, 25 October has it twice.
    #expect(
      try next("30 2 * * *", after: "2026-03-28 12:00", zone: "Europe/Berlin", count: 2)
        == ["2026-03-30 02:30", "2026-03-31 02:30"])
    #expect(
      try next("30 2 * * *", after: "2026-10-24 12:00", zone: "Europe/Berlin", count: 2)
        == ["2026-10-25 02:30", "2026-10-26 02:30"])
  }

  @Test("Zones that are off by less than an hour")
  func halfHours() throws {
    #expect(try next("0 0 * * *", after: "2026-11-20 12:00", zone: "Asia/Kathmandu") == ["2026-11-21 00:00"])
  }

  @Test(
    "What is no expression is refused with what is wrong",
    arguments: [
      "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *", "* * * * 8",
      "5-1 * * * *", "*/0 * * * *", "a * * * *", "1,,2 * * * *", "+1 * * * *", "-1 * * * *", "0 0 30 2 *", "1/ * * * *",
    ])
  func refused(text: String) {
    #expect(throws: CronExpression.Problem.self) { try CronExpression(text) }
  }

  @Test("Lists, ranges, steps and names")
  func forms() throws {
    #expect(
      try next("5,10-20/5,50/5 0 1 jan,JUL *", after: "2026-02-01 00:00", count: 6).map { $0.suffix(5) }
        == ["00:05", "00:10", "00:15", "00:20", "00:50", "00:55"])
  }

  @Test("Every day of four centuries is the calendar's")
  func civilDates() {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    for day in stride(from: Int64(-1_000), to: 400 * 365, by: 97) {
      let date = Date(timeIntervalSince1970: Double(day) * 86_400)
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      #expect(
        CivilDate(daysSince1970: day)
          == CivilDate(year: Int64(parts.year ?? 0), month: Int64(parts.month ?? 0), day: Int64(parts.day ?? 0)))
    }
  }

  @Test(
    "The least time between two runs is known beforehand",
    arguments: [
      ("* * * * *", 60), ("*/5 * * * *", 300), ("0,50 * * * *", 600), ("0 9 * * mon", 7 * 86_400),
      ("59 23 * * *", 86_400), ("0,59 0,23 * * *", 60), ("0 0 29 2 *", 366 * 86_400),
    ])
  func shortestGap(text: String, seconds: Int) throws {
    #expect(try CronExpression(text).shortestGap == .seconds(seconds))
  }
}
