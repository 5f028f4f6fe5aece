import Foundation
import Testing
import Wire

@testable import History

@Suite("Business hours and months")
struct BusinessHoursTests {
  static let tokyo = TimeZone(identifier: "Asia/Tokyo") ?? .gmt

  @Test("A month's hours are those of its working days, without its holidays")
  func november() throws {
    let month = try #require(Month("2026-11"))
    let ranges = BusinessHours(holidays: ["2026-11-03", "2026-11-23", "2026-12-23"]).ranges(in: month, Self.tokyo)
    // 21 days from Monday to Friday, two of them holidays.
    #expect(ranges.count == 19)
    // Monday the 2nd, 8:30 to 17:15 in Japan.
    #expect(ranges.first == WallTime(seconds: 1_793_575_800)..<WallTime(seconds: 1_793_607_300))
    #expect(ranges.allSatisfy { $0.lowerBound + .seconds(525 * 60) == $0.upperBound })
  }

  @Test("All of a month can count, also where the clocks are changed in it")
  func always() throws {
    let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
    let month = try #require(Month("2026-10"))
    let ranges = BusinessHours(weekdays: Set(1...7), opening: 0, closing: 1_440).ranges(in: month, berlin)
    #expect(ranges.count == 31)
    #expect(ranges.first?.lowerBound == month.range(in: berlin).lowerBound)
    #expect(ranges.last?.upperBound == month.range(in: berlin).upperBound)
    #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
  }

  @Test("A month is written as it is read, and follows the one before it")
  func months() throws {
    #expect(try #require(Month("2026-01")).previous.description == "2025-12")
    #expect(Month(holding: WallTime(seconds: 1_793_458_800), in: Self.tokyo).description == "2026-11")
    #expect(Month(holding: WallTime(seconds: 1_793_458_799), in: Self.tokyo).description == "2026-10")
    for text in ["2026-13", "2026-00", "26-11", "2026-11-01", ""] { #expect(Month(text) == nil) }
  }
}
