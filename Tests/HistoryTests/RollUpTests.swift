import Foundation
import Testing
import Wire

@testable import History

@Suite("Windows of roll-ups")
struct RollUpTests {
  private func time(_ text: String) throws -> WallTime {
    WallTime(seconds: Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970))
  }

  private func window(_ level: RollUp.Level, _ instant: String, _ zone: String) throws -> Range<WallTime> {
    level.window(holding: try time(instant), in: try #require(TimeZone(identifier: zone)))
  }

  @Test("A day goes from midnight to midnight of the time zone, an instant of it is in it and the next one's is not")
  func days() throws {
    let day = try time("2026-11-21T15:00:00Z")..<time("2026-11-22T15:00:00Z")
    for instant in ["2026-11-21T15:00:00Z", "2026-11-22T03:00:00Z", "2026-11-22T14:59:59Z"] {
      #expect(try window(.day, instant, "Asia/Tokyo") == day)
    }
    #expect(try window(.day, "2026-11-22T15:00:00Z", "Asia/Tokyo").lowerBound == day.upperBound)
  }

  @Test(
    "The days on which clocks are changed have 23 and 25 hours",
    arguments: [("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")])
  func changes(start: String, end: String) throws {
    let day = try time(start)..<time(end)
    for offset in [0, 1, 3, 12, 22] {
      let instant = day.lowerBound + .seconds(offset * 3_600)
      #expect(RollUp.Level.day.window(holding: instant, in: try #require(TimeZone(identifier: "Europe/Berlin"))) == day)
    }
  }

  @Test("Hours are those that clocks on the wall show, also where they are half an hour off")
  func hours() throws {
    let hour = try window(.hour, "2026-11-22T10:40:00Z", "Asia/Kolkata")
    #expect(try hour == time("2026-11-22T10:30:00Z")..<time("2026-11-22T11:30:00Z"))
    let five = try window(.fiveMinutes, "2026-11-22T10:44:59Z", "Asia/Kathmandu")
    #expect(try five == time("2026-11-22T10:40:00Z")..<time("2026-11-22T10:45:00Z"))
  }
}
