import Wire

/// When something is to happen, as crontab(5) writes it: minute, hour, day of month, month, day of week.
///
/// Each field is `*`, a number, a range `1-5`, any of them with a step `*/5`, or several with commas; months and days of
/// the week may be named by their first three letters; Sunday is 0 and 7. Where both days are restricted, either is
/// enough, as in crontab(5).
public struct CronExpression: Sendable, Hashable {
  /// As it was written.
  public let text: String
  /// Bit sets.
  private let minutes: UInt64
  private let hours: UInt64
  private let daysOfMonth: UInt64
  private let months: UInt64
  private let daysOfWeek: UInt64
  private let isAnyDayOfMonth: Bool
  private let isAnyDayOfWeek: Bool

  /// Why a text is no expression, as the end of a sentence.
  public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
  }

  public init(_ text: String) throws(Problem) {
    let fields = text.split(whereSeparator: \.isWhitespace)
    guard fields.count == 5 else {
      throw Problem(description: "has \(fields.count) fields instead of minute, hour, day, month and day of the week")
    }
    self.text = text
    minutes = try Self.field(fields[0], "minute", 0...59)
    hours = try Self.field(fields[1], "hour", 0...23)
    daysOfMonth = try Self.field(fields[2], "day", 1...31)
    months = try Self.field(
      fields[3], "month", 1...12,
      names: ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
    let week = try Self.field(
      fields[4], "day of the week", 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])
    daysOfWeek = (week | week >> 7) & 0x7f
    isAnyDayOfMonth = fields[2].hasPrefix("*")
    isAnyDayOfWeek = fields[4].hasPrefix("*")
    // What comes at all comes within the years that are searched, from whenever.
    guard next(after: .unixEpoch, offset: { _ in 0 }) != nil else {
      throw Problem(description: "names a day that no month has")
    }
  }

  /// The next minute it names, strictly later; `nil` when none comes.
  ///
  /// A time that a change of clocks leaves out does not come that day; one that it repeats comes once.
  /// - Parameter offset: seconds that the zone's clocks are ahead of UTC, at seconds since 1970.
  public func next(after time: WallTime, offset: (Int64) -> Int64) -> WallTime? {
    let start = time.nanoseconds >= 0 ? time.nanoseconds / 1_000_000_000 : 0
    let localStart = (start + offset(start)) / 60
    var second = (start / 60 + 1) * 60
    // A certain weekday falls on 29 February after 40 years at the latest, when a year like 2100 lies between.
    let limit = start + 41 * 366 * 86_400
    while second <= limit {
      let local = (second + offset(second)) / 60
      let (day, minute) = local.quotientAndRemainder(dividingBy: 1_440)
      guard matches(day: day) else {
        // On to the zone's next midnight, as far as can be told; never past it.
        second += max(1, min(1_440 - minute, 22 * 60)) * 60
        continue
      }
      if hours >> UInt64(minute / 60) & 1 == 0 {
        second += (60 - minute % 60) * 60
        continue
      }
      if minutes >> UInt64(minute % 60) & 1 == 1, local > localStart {
        return WallTime(seconds: second)
      }
      second += 60
    }
    return nil
  }

  /// The least time between two that it names, as a year of UTC has them.
  public var shortestGap: Duration {
    let year = WallTime(seconds: 1_798_761_600)..<WallTime(seconds: 1_798_761_600 + 366 * 86_400)
    var shortest: Duration = .seconds(366 * 86_400)
    var time = year.lowerBound
    // Those that come often show all their gaps within days, the others within a year.
    for _ in 0..<3_000 where shortest > .seconds(60) {
      guard let next = self.next(after: time, offset: { _ in 0 }), year.contains(next) else { break }
      if time > year.lowerBound { shortest = min(shortest, next - time) }
      time = next
    }
    return shortest
  }

  /// - Parameter day: since 1 January 1970, in the zone.
  private func matches(day: Int64) -> Bool {
    let date = CivilDate(daysSince1970: day)
    guard months >> UInt64(date.month) & 1 == 1 else { return false }
    let isDayOfMonth = daysOfMonth >> UInt64(date.day) & 1 == 1
    // 1 January 1970 was a Thursday.
    let isDayOfWeek = daysOfWeek >> UInt64((day + 4) % 7) & 1 == 1
    if isAnyDayOfMonth || isAnyDayOfWeek { return isDayOfMonth && isDayOfWeek }
    return isDayOfMonth || isDayOfWeek
  }

  private static func field(
    _ field: Substring, _ name: String, _ range: ClosedRange<Int>, names: [String] = []
  ) throws(Problem) -> UInt64 {
    var bits: UInt64 = 0
    for part in field.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      let bounds = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      func number(_ text: Substring) throws(Problem) -> Int {
        if let place = names.firstIndex(of: text.lowercased()), !text.isEmpty { return place }
        guard let number = Int(text), text.allSatisfy(\.isNumber), range.contains(number) else {
          throw Problem(
            description: "has \"\(part)\" as \(name), which goes from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
      }
      let step = halves.count == 2 ? Int(halves[1]) ?? 0 : 1
      guard step >= 1, step <= range.upperBound else {
        throw Problem(description: "has \"\(part)\" as \(name), whose step must be from 1 to \(range.upperBound)")
      }
      guard bounds[0] != "*" || bounds.count == 1 else {
        throw Problem(description: "has \"\(part)\" as \(name), where a range goes from a number to a number")
      }
      let first = bounds[0] == "*" ? range.lowerBound : try number(bounds[0])
      // 5/10 is from 5 on.
      let last =
        bounds.count == 2 ? try number(bounds[1]) : bounds[0] == "*" || halves.count == 2 ? range.upperBound : first
      guard first <= last else { throw Problem(description: "has \"\(part)\" as \(name), which ends before it begins") }
      for value in stride(from: first, through: last, by: step) { bits |= 1 << UInt64(value) }
    }
    return bits
  }
}

/// A day of the Gregorian calendar.
struct CivilDate: Equatable {
  var year: Int64
  /// 1–12.
  var month: Int64
  /// 1–31.
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// Counts in years that begin in March, so that the leap day is the last, and in eras of 400 years, which are alike.
  init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }
}
