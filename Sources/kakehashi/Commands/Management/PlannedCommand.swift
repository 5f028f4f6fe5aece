import API
import Agent
import ArgumentParser
import Foundation
import Settings
import Wire

struct PlannedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "planned",
    abstract: "Announces work on the network: what is measured meanwhile is neither good nor bad.",
    discussion: """
      Intervals within announced work are judged as planned: they page nobody, count neither for nor against a site, and
      are counted by the work's reason. It holds from when it is announced: what was judged before stays as it is.

      Examples:
        kakehashi planned add tsu --from "2026-11-25 22:00" --to "2026-11-26 02:00" --reason "router replaced"
        kakehashi planned add tsu/hq --for 30min --reason "line test"
        kakehashi planned list
      """,
    subcommands: [Add.self, List.self, Remove.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Announces work, and prints all that is announced.",
      discussion: """
        Times are those of monitor.timeZone on the monitor's machine, else this machine's; with an offset
        (2026-11-25T22:00+09:00) they are the same everywhere.

        Example: kakehashi planned add tsu --from "2026-11-25 22:00" --for 4h --reason 回線工事
        """)

    @Argument(
      help:
        "What it touches: SITE for all paths that begin or end there, SITE/TARGET for those between the two; all paths if none is named."
    )
    var scopes: [String] = []

    @Option(help: "When it begins, like \"2026-11-25 22:00\"; without it now.")
    var from: String?

    @Option(help: "When it ends.")
    var to: String?

    @Option(name: .customLong("for"), help: "How long it lasts, instead of --to: 30min, 4h; 31 d at most.")
    var length: String?

    @Option(help: "Why, in up to 200 characters: it is shown and counted by.")
    var reason: String

    @OptionGroup var options: MonitorOption

    func run() async throws {
      try await reporting {
        let zone = options.timeZone
        let start =
          try from.map { text throws(Failure) in try moment("--from", text, zone) }
          ?? Date().timeIntervalSince1970.rounded(.down)
        let body = PlannedWorkBody(from: start, to: try end(from: start, zone), reason: reason, scopes: scopes)
        let works: [PlannedWorkBody] = try await options.client().send("POST", Paths.planned, body)
        options.print(works)
      }
    }

    private func end(from start: Double, _ zone: TimeZone) throws(Failure) -> Double {
      switch (to, length) {
      case (let to?, nil): return try moment("--to", to, zone)
      case (nil, let length?):
        guard let duration = Duration(length) else {
          throw .configuration("--for must be a duration like 30min or 4h.")
        }
        return start + Double(duration.nanoseconds) / 1e9
      default: throw .configuration("Give either --to or --for: when it ends, or how long it lasts.")
      }
    }

    private func moment(_ option: String, _ text: String, _ zone: TimeZone) throws(Failure) -> Double {
      guard let seconds = LocalMoment.seconds(text, in: zone) else {
        throw .configuration("\(option) must be \(LocalMoment.expected).")
      }
      return seconds
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists announced work that is not over.", discussion: "Example: kakehashi planned list")

    @OptionGroup var options: MonitorOption

    func run() async throws {
      try await reporting { options.print(try await options.client().get(Paths.planned)) }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes an announcement back; work that goes on is over.",
      discussion: "Example: kakehashi planned remove 3")

    @Argument(help: "Its number, as the list has it.")
    var number: Int64

    @OptionGroup var options: MonitorOption

    func run() async throws {
      try await reporting {
        options.print(try await options.client().send("DELETE", "\(Paths.planned)/\(number)", [String]()))
      }
    }
  }
}

extension MonitorOption {
  /// Of the monitor's configuration, where it is this machine's.
  fileprivate var timeZone: TimeZone {
    guard monitor == nil, let name = (try? file.settings())?.monitor.timeZone else { return .current }
    return TimeZone(identifier: name) ?? .current
  }

  fileprivate func print(_ works: [PlannedWorkBody]) {
    guard !works.isEmpty else {
      return Standard.output.write(SiteText("No work is announced.", ja: "予定された計画作業はありません。")[language.chosen])
    }
    let zone = timeZone
    let rows = works.map { work in
      [
        work.id.map(String.init) ?? "-", LocalMoment.text(work.from, in: zone), LocalMoment.text(work.to, in: zone),
        work.scopes.isEmpty ? SiteText("all paths", ja: "すべての経路")[language.chosen] : work.scopes.joined(separator: " "),
        work.reason,
      ]
    }
    Standard.output.write(TextTable(Self.headings.map { $0[language.chosen] }, rows).text)
  }

  private static let headings = [
    SiteText("number", ja: "番号"), SiteText("from", ja: "開始"), SiteText("to", ja: "終了"),
    SiteText("touches", ja: "対象"), SiteText("reason", ja: "理由"),
  ]
}
