import API
import Agent
import ArgumentParser
import Foundation

struct AgentListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the sites' agents: when they were heard, what they apply, their clocks.",
    discussion: "Example: kakehashi agent list")

  @OptionGroup var options: MonitorOption

  func run() async throws {
    try await reporting {
      let agents: [AgentStatus] = try await options.client().get(Paths.agents)
      guard !agents.isEmpty else {
        let none = SiteText(
          "There are none; kakehashi site add prints a code for one.",
          ja: "エージェントはありません。kakehashi site add で登録用のコードが出ます。")
        return Standard.output.write(none[language])
      }
      let now = Date().timeIntervalSince1970
      let rows = agents.map { agent in
        [
          agent.site, agent.state.word[language], agent.seenAt.map { ago(now - $0)[language] } ?? Self.never[language],
          agent.version ?? "-", jobs(agent)[language], agent.clock.map(clock) ?? "-",
          agent.records.map { "\($0.waiting)" } ?? "-",
        ]
      }
      Standard.output.write(TextTable(Self.headings.map { $0[language] }, rows).text)
      for agent in agents {
        if let reason = agent.reason, agent.state == .revoked {
          Standard.output.write("\(agent.site): \(reason)".printable)
        }
        for problem in agent.problems { Standard.output.write("\(agent.site): \(problem)".printable) }
      }
    }
  }

  private var language: SiteLanguage { options.language.chosen }

  private static let headings = [
    SiteText("site", ja: "拠点"), SiteText("state", ja: "状態"), SiteText("heard", ja: "最終報告"),
    SiteText("version", ja: "版"), SiteText("jobs", ja: "ジョブ"), SiteText("clock", ja: "時計"),
    SiteText("waiting", ja: "未送信"),
  ]

  private static let never = SiteText("never", ja: "なし")

  private func ago(_ seconds: Double) -> SiteText {
    let seconds = Int(min(max(seconds, 0), 1e12))
    return switch seconds {
    case ..<120: SiteText("\(seconds) s ago", ja: "\(seconds)秒前")
    case ..<7_200: SiteText("\(seconds / 60) min ago", ja: "\(seconds / 60)分前")
    default: SiteText("\(seconds / 3_600) h ago", ja: "\(seconds / 3_600)時間前")
    }
  }

  private func jobs(_ agent: AgentStatus) -> SiteText {
    let applied = agent.appliedJobs.map { SiteText("\($0)", ja: "\($0)") } ?? SiteText("own", ja: "自前")
    guard let wanted = agent.wantedJobs, wanted != agent.appliedJobs else { return applied }
    return SiteText("\(applied.en), wanted \(wanted)", ja: "\(applied.ja)、予定 \(wanted)")
  }

  private func clock(_ clock: AgentClock) -> String {
    let synchronized = SiteText("synchronised", ja: "同期")[language]
    let state =
      clock.isSynchronized ? clock.source ?? synchronized : SiteText("not synchronised", ja: "非同期")[language]
    guard let offset = clock.offsetSeconds else { return state }
    return "\(state), \(offset.formatted(.number.precision(.fractionLength(3)).sign(strategy: .always()))) s"
  }
}

struct AgentRevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Shuts a site's agent out: its key is refused from now on, with the reason.",
    discussion: """
      The agent says so in its log and keeps what it measures. A new code lets it, or another, in again.

      Example: kakehashi agent revoke tsu --reason "the machine was stolen"
      """)

  @Argument(help: "The site.")
  var site: String

  @Option(help: "Why, for whoever reads the agent's log.")
  var reason: String?

  @OptionGroup var options: MonitorOption

  func run() async throws {
    try await reporting {
      try await options.client().perform("DELETE", Paths.agent(of: site), RevocationBody(reason: reason))
      let done = SiteText("The agent of \(site) is refused from now on.", ja: "拠点 \(site) のエージェントを取り消しました。")
      Standard.output.write(done[options.language.chosen])
    }
  }
}

extension AgentStatus.State {
  fileprivate var word: SiteText {
    switch self {
    case .invited: SiteText("invited", ja: "コード発行済み")
    case .active: SiteText("active", ja: "稼働中")
    case .revoked: SiteText("revoked", ja: "取り消し")
    case .unenrolled: SiteText("unenrolled", ja: "未登録")
    }
  }
}
