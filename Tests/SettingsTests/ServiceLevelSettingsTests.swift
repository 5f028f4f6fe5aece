import Testing

@testable import Settings

@Suite("Hours and days of a service level")
struct ServiceLevelSettingsTests {
  @Test("Hours are read and shown again", arguments: ["08:30-17:15", "00:00-24:00", "09:05-09:10"])
  func hours(text: String) throws {
    let kind = SettingKind.dayHours
    #expect(kind.show(try #require(kind.parse(text))) == text)
  }

  @Test(
    "Hours that are none of a day are refused",
    arguments: [
      "", "8:30-17:15", "08:30", "17:15-08:30", "08:30-08:30", "08:31-17:15", "08:30-24:05", "08:60-17:15", "-",
    ])
  func noHours(text: String) {
    #expect(SettingKind.dayHours.parse(text) == nil)
  }

  @Test("A day is one of the calendar")
  func days() {
    #expect(SettingKind.date.parse("2028-02-29") == "2028-02-29")
    #expect(SettingKind.date.parse("2027-02-29") == nil)
    #expect(SettingKind.date.parse("23.11.2026") == nil)
  }
}
