import Testing
import Wire

@testable import Settings

@Suite("How values are written")
struct SettingKindTests {
  @Test(
    "Durations carry a unit and are exact",
    arguments: [
      ("150 ms", 150_000_000), ("15 s", 15_000_000_000), ("1.5 s", 1_500_000_000), ("5min", 300_000_000_000),
      ("14 d", 1_209_600_000_000_000), ("400 d", 34_560_000_000_000_000),
    ])
  func durations(text: String, nanoseconds: Int64) {
    let kind = SettingKind.duration(.zero...(.seconds(86_400 * 400)))
    #expect(kind.parse(text)?.nanoseconds == nanoseconds)
  }

  @Test(
    "A duration without a unit, out of range or beyond all numbers is refused",
    arguments: [
      "15", "s", "-1 s", "1.2345 s", "1 year", "9999999999999 d", "401 d",
    ])
  func badDurations(text: String) {
    #expect(SettingKind.duration(.zero...(.seconds(86_400 * 400))).parse(text) == nil)
  }

  @Test("Percentages are exact in parts per million")
  func percentages() {
    #expect(SettingKind.percent.parse("1 %") == PartsPerMillion(value: 10_000))
    #expect(SettingKind.percent.parse("0.05%") == PartsPerMillion(value: 500))
    #expect(SettingKind.percent.parse("101 %") == nil)
    #expect(SettingKind.percent.parse("1") == nil)
    #expect(SettingKind.percent.show(PartsPerMillion(value: 5_000)) == "0.5 %")
  }

  @Test("A reflector is on STAMP's own port unless another is given")
  func reflectors() {
    #expect(SettingKind.reflector.parse("10.1.0.5") == Endpoint("10.1.0.5:862"))
    #expect(SettingKind.reflector.parse("2001:db8::5") == Endpoint("[2001:db8::5]:862"))
    #expect(SettingKind.reflector.parse("10.1.0.5:8620") == Endpoint("10.1.0.5:8620"))
    #expect(SettingKind.reflector.parse("[2001:db8::5]:1") == Endpoint("[2001:db8::5]:1"))
    #expect(SettingKind.reflector.parse("hq") == nil)
  }

  @Test("Counts of intervals keep m at most n")
  func counts() {
    #expect(SettingKind.countOf.parse("6 of 8") == CountOf(count: 6, total: 8))
    #expect(SettingKind.countOf.parse("9 of 8") == nil)
    #expect(SettingKind.countOf.parse("6/8") == nil)
  }

  @Test("Every shown value reads back as itself")
  func showReadsBack() {
    let durations = SettingKind.duration(.zero...(.seconds(86_400 * 400)))
    for text in ["0 ms", "20 ms", "1500 ms", "90 s", "2 min", "36 h", "2 d"] {
      let value = durations.parse(text)
      #expect(value != nil && value.flatMap { durations.parse(durations.show($0)) } == value)
    }
  }
}
