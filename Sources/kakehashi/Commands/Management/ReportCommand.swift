import API
import ArgumentParser
import Foundation

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Prints what each site's month came to: the share of good intervals in business hours.",
    discussion: """
      A month is closed three days after its end; from then on it stays as it is, with the limits and hours it was held to.
      Planned work counts neither for nor against a site. Below 95 % coverage a month is not assessable.

      Examples:
        kakehashi report --month 2026-11
        kakehashi report tsu --json
      """)

  @Argument(help: "The site; all without one.")
  var site: String?

  @Option(help: "The month, like 2026-11; without it this one, as far as it has come.")
  var month: String?

  @Flag(help: "Print the monitor's JSON.")
  var json = false

  @OptionGroup var options: MonitorOption

  func run() async throws {
    try await reporting {
      let query = try month.map { text throws(Failure) in
        guard text.allSatisfy({ $0.isNumber || $0 == "-" }) else {
          throw .configuration("--month must be a month like 2026-11.")
        }
        return "?month=\(text)"
      }
      let all: [SiteMonthBody] = try await options.client().get(Paths.months + (query ?? ""))
      let months = all.filter { site == nil || $0.site == site }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Standard.output.write(String(decoding: try encoder.encode(months), as: UTF8.self))
      }
      guard !months.isEmpty else { return Standard.output.write("Nothing was judged in this month.") }
      Standard.output.write(TextTable(Self.headings, months.map(Self.row)).text)
    }
  }

  private static let headings = [
    "month", "site", "verdict", "level", "target", "coverage", "good", "bad", "unknown", "planned", "state",
  ]

  private static func row(_ month: SiteMonthBody) -> [String] {
    let verdict = ["met": "met", "missed": "missed", "notAssessable": "not assessable"][month.verdict] ?? month.verdict
    return [
      month.month, month.site, verdict, month.levelPercent.map(percent) ?? "-", percent(month.targetPercent),
      percent(month.coveragePercent), "\(month.good)", "\(month.bad)", reasons(month.unknown), reasons(month.planned),
      month.closedAt == nil ? "open" : "closed",
    ]
  }

  /// Rounded down: 100 % is never said of less.
  private static func percent(_ value: Double) -> String {
    let hundredths = Int((value * 100 + 1e-6).rounded(.down))
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) %"
  }

  /// `7 (noRecords 5, incomplete 2)`.
  private static func reasons(_ counts: [String: Int]) -> String {
    let total = counts.values.reduce(0, +)
    let parts = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
    return parts.isEmpty ? "0" : "\(total) (\(parts.joined(separator: ", ")))"
  }
}
