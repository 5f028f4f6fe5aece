import Wire

/// What sites are to reach in a month.
public struct ServiceLevelSettings: Sendable, Equatable {
  public var targetPartsPerMillion: Int64
  /// 1 is Sunday, 7 Saturday.
  public var weekdays: Set<Int>
  public var hours: DayHours
  /// Like `2026-11-23`.
  public var holidays: Set<String>

  private static let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

  init(_ mapping: SettingsMapping) {
    targetPartsPerMillion = mapping.value("target", .percent, default: PartsPerMillion(value: 990_000)).value
    let named = mapping.list("days", .oneOf(Self.days), default: ["mon", "tue", "wed", "thu", "fri"])
    weekdays = Set(named.compactMap { day in Self.days.firstIndex(of: day).map { $0 + 1 } })
    hours = mapping.value("hours", .dayHours, default: DayHours(opening: 510, closing: 1_035))
    holidays = Set(mapping.list("holidays", .date, default: []))
    mapping.finish()
  }
}

/// From when until when on a day, in minutes after midnight.
public struct DayHours: Sendable, Equatable {
  public var opening: Int
  public var closing: Int
}

extension SettingKind where Value == DayHours {
  /// `08:30-17:15`; in steps of five minutes, which is how finely intervals are counted.
  static var dayHours: Self {
    SettingKind(
      expected: "hours of a day like 08:30-17:15, in steps of 5 minutes",
      parse: { text in
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(minutes)
        guard ends.count == 2, let opening = ends[0], let closing = ends[1], opening < closing else { return nil }
        return DayHours(opening: opening, closing: closing)
      },
      show: { "\(Self.text($0.opening))-\(Self.text($0.closing))" })
  }

  private static func minutes(_ text: Substring) -> Int? {
    guard let match = text.wholeMatch(of: /(\d\d):(\d\d)/), let hour = Int(match.1), let minute = Int(match.2),
      minute < 60, minute % 5 == 0, hour * 60 + minute <= 1_440
    else { return nil }
    return hour * 60 + minute
  }

  private static func text(_ minutes: Int) -> String {
    [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }
}

extension SettingKind where Value == String {
  /// `2026-11-23`.
  static var date: Self {
    SettingKind(
      expected: "a day like 2026-11-23",
      parse: { LocalMoment.seconds("\($0) 00:00", in: .gmt) == nil ? nil : $0 }, show: { $0 })
  }
}
