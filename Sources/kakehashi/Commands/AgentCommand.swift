import Agent
import ArgumentParser
import Fetch
import History
import Logging
import ServiceLifecycle
import Settings

struct AgentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent", abstract: "Runs a site's agent: answers and sends STAMP, delivers what it measured.",
    discussion: """
      The configuration names the monitor, the authority to believe and the token:
        agent: {monitor: "https://monitor.example:8443", authority: monitor.pem, token: agent.token}

      Example: kakehashi agent --config /etc/kakehashi/kakehashi.yaml
      """)

  @OptionGroup var file: ConfigurationOption

  func run() async throws {
    let settings = try file.read()
    do {
      try await serve(settings)
    } catch let failure as Failure {
      throw failure.report()
    } catch {
      throw Failure.failed("\(error)").report()
    }
  }

  private func serve(_ settings: Settings) async throws {
    guard settings.agent.monitor != nil else {
      throw Failure.configuration(
        "\(settings.file): agent.monitor: must name the monitor's address, like https://monitor.example:8443.")
    }
    let folder: DataFolder
    let agent: AgentService
    do {
      folder = try DataFolder(path: settings.dataFolder)
      let token = try (settings.agent.token ?? settings.agentToken).secret()
      agent = try AgentService(settings.agentConfiguration(site: settings.site, token: token))
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure.configuration("\(error)")
    }
    let reflector = agent.reflectorEndpoint.map { "answers STAMP at \($0), " } ?? ""
    Standard.output.write(
      "The agent of \(settings.site) \(reflector)delivers to \(settings.agent.monitor ?? ""). Ctrl-C ends it.")
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: AgentRunner(agents: [agent]))], gracefulShutdownSignals: [.sigint, .sigterm],
        logger: Log.make()))
    try await group.run()
    withExtendedLifetime(folder) {}
  }
}
