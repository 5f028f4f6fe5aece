import Agent
import ArgumentParser
import Foundation
import History
import Logging
import ServiceLifecycle
import Settings
import Transport

struct AgentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent", abstract: "Runs a site's agent, makes it known to the monitor, or shuts it out.",
    discussion: """
      At a site: kakehashi agent join https://monitor.example:8443 K7QM-4XTD-9R2H, then kakehashi agent.
      At the monitor: kakehashi agent list, kakehashi agent revoke tsu.
      """,
    subcommands: [AgentRunCommand.self, AgentJoinCommand.self, AgentListCommand.self, AgentRevokeCommand.self],
    defaultSubcommand: AgentRunCommand.self)
}

struct AgentRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a site's agent: answers and sends STAMP, delivers what it measured.",
    discussion: """
      What `kakehashi agent join` wrote is all it needs. A configuration written by hand names the monitor, how to know it (its authority's file, or its public key as `kakehashi up`
      prints it) and the token:
        agent: {monitor: "https://monitor.example:8443", authority: office-ca.pem, token: agent.token}
        agent: {monitor: "https://10.1.0.5:8443", pin: sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=, token: …}

      Example: kakehashi agent --config /etc/kakehashi/agent.yaml
      """)

  @Option(
    help:
      "The configuration; without it \(AgentRunCommand.joined), and where that is not \(ConfigurationOption.installed)."
  )
  var config: String?

  /// What `join` writes.
  static let joined = "/etc/kakehashi/agent.yaml"

  /// What was named, else what `join` wrote, else the installation's own.
  static func file(_ config: String?) -> ConfigurationOption {
    var file = ConfigurationOption()
    file.config =
      config ?? (FileManager.default.fileExists(atPath: Self.joined) ? Self.joined : ConfigurationOption.installed)
    return file
  }

  func run() async throws {
    let settings = try Self.file(config).read()
    do {
      try await serve(settings)
    } catch let failure as Failure {
      throw failure.report()
    } catch {
      throw Failure.failed("\(error)").report()
    }
  }

  private func serve(_ settings: Settings) async throws {
    try settings.requireMonitor()
    let folder: DataFolder
    let agent: AgentService
    do {
      folder = try DataFolder(path: settings.dataFolder)
      let token = try settings.readAgentToken()
      agent = try AgentService(try settings.agentConfiguration(site: settings.site, token: token))
      try agent.start()
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure.configuration("\(error)")
    }
    let reflector = agent.reflectorEndpoint.map { "answers STAMP at \($0), " } ?? ""
    Standard.output.write(
      "The agent of \(settings.site) \(reflector)delivers to \(settings.agent.monitor ?? ""). Ctrl-C ends it.")
    let logger = Log.make()
    let notify = NotifySocket(environment: ProcessInfo.processInfo.environment)
    let group = ServiceGroup(
      configuration: .init(
        services: [
          .init(service: AgentRunner(agents: [agent], logger: logger)),
          .init(service: JobWatcher(settings: settings, agents: [agent], monitor: nil, logger: logger)),
          .init(
            service: NotifyRunner(notify: notify, ready: "Delivers to \(settings.agent.monitor ?? "")") {
              _ = agent.status
            }),
        ],
        gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
    try await group.run()
    withExtendedLifetime(folder) {}
  }
}
