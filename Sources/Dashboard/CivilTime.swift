/// A moment as a person writes it, by the proleptic Gregorian calendar.
struct CivilTime {
  /// `2026-11-22`.
  let date: String
  /// `10:15:03`.
  let time: String

  init(secondsSince1970: Double, utcOffset: Int) {
    let total = (secondsSince1970.isFinite && abs(secondsSince1970) < 1e11 ? Int(secondsSince1970) : 0) + utcOffset
    let day = total >= 0 ? total / 86_400 : (total - 86_399) / 86_400
    let second = total - day * 86_400
    // Days to civil date, after Howard Hinnant's "chrono-compatible low-level date algorithms".
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    date = "\(year)-\(Self.two(month))-\(Self.two(dayOfMonth))"
    time = "\(Self.two(second / 3600)):\(Self.two(second / 60 % 60)):\(Self.two(second % 60))"
  }

  private static func two(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
