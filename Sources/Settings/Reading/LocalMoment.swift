import Foundation

/// A moment as people write it: `2026-11-25 22:00` by the clocks on the walls, or with an offset, `2026-11-25T22:00+09:00`.
public enum LocalMoment {
  /// Completes "must be …".
  public static let expected = "a moment like 2026-11-25 22:00"

  /// Seconds since 1970; `nil` for what is no moment, or none of the zone's (an hour that is left out in spring).
  public static func seconds(_ text: String, in timeZone: TimeZone) -> Double? {
    guard let match = text.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(Z|[+-]\d\d:\d\d)?/) else {
      return nil
    }
    let (_, year, month, day, hour, minute, offset) = match.output
    var calendar = Calendar(identifier: .gregorian)
    if let offset {
      guard let zone = zone(offset) else { return nil }
      calendar.timeZone = zone
    } else {
      calendar.timeZone = timeZone
    }
    let wanted = DateComponents(
      year: Int(year), month: Int(month), day: Int(day), hour: Int(hour), minute: Int(minute))
    guard let date = calendar.date(from: wanted),
      calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date) == wanted
    else { return nil }
    return date.timeIntervalSince1970
  }

  /// `2026-11-25 22:00`.
  public static func text(_ seconds: Double, in timeZone: TimeZone) -> String {
    let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: timeZone)
    let whole = Date(timeIntervalSince1970: seconds).formatted(
      style.year().month().day().dateSeparator(.dash).time(includingFractionalSeconds: false))
    return String(whole.dropLast(3))
  }

  private static func zone(_ offset: Substring) -> TimeZone? {
    if offset == "Z" { return .gmt }
    let parts = offset.dropFirst().split(separator: ":").compactMap { Int($0) }
    guard parts.count == 2, parts[0] < 15, parts[1] < 60 else { return nil }
    return TimeZone(secondsFromGMT: (offset.first == "-" ? -1 : 1) * (parts[0] * 3_600 + parts[1] * 60))
  }
}
