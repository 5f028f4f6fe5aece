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
        return Standard.output.write("There are none; kakehashi site add prints a code for one.")
      }
      let now = Date().timeIntervalSince1970
      let rows = agents.map { agent in
        [
          agent.site, agent.state.rawValue, agent.seenAt.map { Self.ago(now - $0) } ?? "never", agent.version ?? "-",
          Self.jobs(agent), agent.clock.map(Self.clock) ?? "-", agent.records.map { "\($0.waiting)" } ?? "-",
        ]
      }
      Standard.output.write(
        TextTable(["site", "state", "heard", "version", "jobs", "clock", "waiting"], rows).text)
      for agent in agents {
        if let reason = agent.reason, agent.state == .revoked { Standard.output.write("\(agent.site): \(reason)") }
        for problem in agent.problems { Standard.output.write("\(agent.site): \(problem)") }
      }
    }
  }

  private static func ago(_ seconds: Double) -> String {
    let seconds = Int(max(seconds, 0))
    return seconds < 120 ? "\(seconds) s ago" : seconds < 7_200 ? "\(seconds / 60) min ago" : "\(seconds / 3_600) h ago"
  }

  private static func jobs(_ agent: AgentStatus) -> String {
    let applied = agent.appliedJobs.map(String.init) ?? "own"
    guard let wanted = agent.wantedJobs, wanted != agent.appliedJobs else { return applied }
    return "\(applied), wanted \(wanted)"
  }

  private static func clock(_ clock: AgentClock) -> String {
    let state = clock.isSynchronized ? clock.source ?? "synchronised" : "not synchronised"
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
      Standard.output.write("The agent of \(site) is refused from now on.")
    }
  }
}
