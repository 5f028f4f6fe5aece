import Foundation
import Wire

/// The hours of a week that a service level is asked for, by the clocks on the walls.
public struct BusinessHours: Sendable, Hashable, Codable {
  /// 1 is Sunday, 7 Saturday, as Foundation's calendar counts.
  public var weekdays: Set<Int>
  /// Minutes after midnight, multiples of five.
  public var opening: Int
  public var closing: Int
  /// Days that do not count, like `2026-11-23`.
  public var holidays: Set<String>

  /// Monday to Friday, 8:30 to 17:15, unless said otherwise: an office's.
  public init(
    weekdays: Set<Int> = [2, 3, 4, 5, 6], opening: Int = 510, closing: Int = 1_035, holidays: Set<String> = []
  ) {
    self.weekdays = weekdays
    self.opening = opening
    self.closing = closing
    self.holidays = holidays
  }

  /// The open hours of a month, a range for each day that counts.
  func ranges(in month: Month, _ timeZone: TimeZone) -> [Range<WallTime>] {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    return (1...31).compactMap { day in
      let components = DateComponents(year: month.year, month: month.month, day: day)
      guard !holidays.contains("\(month)-\(day < 10 ? "0" : "")\(day)"), let date = calendar.date(from: components),
        calendar.component(.month, from: date) == month.month,
        weekdays.contains(calendar.component(.weekday, from: date)),
        let start = time(opening, of: components, calendar), let end = time(closing, of: components, calendar),
        start < end
      else { return nil }
      return start..<end
    }
  }

  private func time(_ minutes: Int, of day: DateComponents, _ calendar: Calendar) -> WallTime? {
    var moment = day
    // 24:00 is the next day's midnight.
    (moment.hour, moment.minute) = (minutes / 60, minutes % 60)
    return calendar.date(from: moment).map { WallTime(seconds: Int64($0.timeIntervalSince1970)) }
  }
}

/// A month of the calendar. Written `2026-11`.
public struct Month: Sendable, Hashable, Comparable, LosslessStringConvertible {
  public var year: Int
  /// 1 to 12.
  public var month: Int

  public init?(_ description: String) {
    guard let match = description.wholeMatch(of: /(\d{4})-(\d\d)/), let year = Int(match.1), let month = Int(match.2),
      (1970...9999).contains(year), (1...12).contains(month)
    else { return nil }
    (self.year, self.month) = (year, month)
  }

  /// The one that holds an instant.
  public init(holding instant: WallTime, in timeZone: TimeZone) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let date = Date(timeIntervalSince1970: Double(instant.nanoseconds / 1_000_000_000))
    (year, month) = (calendar.component(.year, from: date), calendar.component(.month, from: date))
  }

  public var description: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }

  public var previous: Month {
    var month = self
    (month.year, month.month) = self.month == 1 ? (year - 1, 12) : (year, self.month - 1)
    return month
  }

  public static func < (left: Month, right: Month) -> Bool { (left.year, left.month) < (right.year, right.month) }

  /// From its first midnight to the next month's.
  public func range(in timeZone: TimeZone) -> Range<WallTime> {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    func midnight(_ month: Int) -> WallTime {
      let date = calendar.date(from: DateComponents(year: year, month: month, day: 1)) ?? .distantPast
      return WallTime(seconds: Int64(date.timeIntervalSince1970))
    }
    return midnight(month)..<midnight(month + 1)
  }
}
