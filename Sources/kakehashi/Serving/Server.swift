import API
import Agent
import Fetch
import Foundation
import History
import Logging
import Monitor
import Relay
import ServiceLifecycle
import Settings
import Transport
import Web
import Wire

/// What serves over HTTPS: `kakehashi up` with every role, `relay` or `monitor` alone. All is bound, opened and checked
/// before anything runs.
struct Server {
  enum Role {
    case everything, relay, monitor
  }

  private let settings: Settings
  private let logger: Logger
  private let folder: DataFolder
  private let relay: RelayService?
  private let monitor: MonitorService?
  private let agents: [AgentService]
  private let web: WebServer
  private let jobs: JobWatcher
  private let notify = NotifySocket(environment: ProcessInfo.processInfo.environment)

  init(_ settings: Settings, role: Role) async throws {
    let logger = Log.make()
    if role == .relay { try settings.requireMonitor() }
    do {
      folder = try DataFolder(path: settings.dataFolder)
    } catch {
      throw Failure.configuration("\(error)")
    }
    try PrivateFiles.prepareCertificate(settings)
    // Who takes records in has drawn the token; who only delivers is given it.
    let token = try role == .relay ? settings.readAgentToken() : PrivateFiles.prepareToken(settings.agentToken)
    let keys = try settings.accessKeys()
    do {
      monitor =
        role == .relay
        ? nil
        : try await MonitorService(
          configuration: settings.monitorConfiguration(), folder: folder, logger: logger,
          clock: { SystemClock.reading() })
      agents = try settings.agentConfigurations(role: role, token: token).map { try AgentService($0) }
      // The records of calls go the way of all records.
      relay = try agents.first.map { [registry = monitor?.agents] own in
        var configuration = settings.relayConfiguration { records in own.post(records) }
        // Sites that were added count from the moment they are.
        if let registry { configuration.siteOf = { registry.site(of: $0) } }
        return try RelayService(configuration: configuration)
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure.configuration("\(error)")
    }
    jobs = JobWatcher(
      settings: settings, agents: role == .everything ? agents : [], monitor: monitor, logger: logger)
    var configuration = settings.webConfiguration
    configuration.agentToken = token
    configuration.keys = keys
    if role != .relay { configuration.manageToken = try PrivateFiles.prepareToken(settings.manageToken) }
    // The rest is for the database, the agents and the relay, which a flood of connections must not starve.
    configuration.maximumConnections = min(configuration.maximumConnections, OpenFiles.raiseLimit() * 3 / 4)
    do {
      web = try WebServer(
        configuration: configuration, relay: relay, monitor: monitor, logger: logger,
        onListening: { [notify] _ in
          Banner(settings, role: role).print()
          notify?.say(.ready("Serves \(settings.localMonitor)"))
        })
    } catch {
      throw Failure.configuration(error)
    }
    self.settings = settings
    self.logger = logger
  }

  /// Serves until SIGINT or SIGTERM; what was measured until then is delivered or spooled.
  func run() async throws {
    for agent in agents { try agent.start() }
    var services: [any Service] = []
    if let monitor { services.append(MonitorRunner(monitor: monitor)) }
    services.append(web)
    services.append(AgentRunner(agents: agents, logger: logger))
    services.append(jobs)
    if let relay { services.append(RelayRunner(relay: relay)) }
    services.append(CertificateRunner(settings: settings, web: web, logger: logger))
    services.append(
      NotifyRunner(notify: notify) { [relay, monitor] in
        // Each Worker and the monitor's actor has to answer.
        _ = await relay?.statistics()
        _ = await monitor?.snapshot()
      })
    let group = ServiceGroup(
      configuration: .init(
        services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
    try await group.run()
    withExtendedLifetime(folder) {}
  }
}
