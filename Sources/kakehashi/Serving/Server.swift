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

/// `kakehashi up`: every role in one process. All is bound, opened and checked before anything runs.
struct Server {
  private let settings: Settings
  private let logger: Logger
  private let folder: DataFolder
  private let relay: RelayService
  private let monitor: MonitorService
  private let agents: [AgentService]
  private let web: WebServer

  init(_ settings: Settings) async throws {
    let logger = Log.make()
    do {
      folder = try DataFolder(path: settings.dataFolder)
    } catch {
      throw Failure.configuration("\(error)")
    }
    try PrivateFiles.prepareCertificate(settings)
    let token = try PrivateFiles.prepareToken(settings.agentToken)
    do {
      monitor = try await MonitorService(
        configuration: settings.monitorConfiguration(), folder: folder, logger: logger,
        clock: { SystemClock.wallTime })
    } catch {
      throw Failure.configuration("\(error)")
    }
    let sites = [settings.site] + (settings.up.secondSite.map { [$0] } ?? [])
    agents = try sites.map { site throws(Failure) in
      do {
        return try AgentService(settings.agentConfiguration(site: site, token: token))
      } catch {
        throw .configuration("\(error)")
      }
    }
    let own = agents[0]
    do {
      relay = try RelayService(configuration: settings.relayConfiguration { records in own.post(records) })
    } catch {
      throw Failure.configuration(error)
    }
    var configuration = WebConfiguration(
      host: settings.http.listen.address.description, port: Int(settings.http.listen.port),
      certificatePath: settings.certificateFile, privateKeyPath: settings.keyFile)
    configuration.agentToken = token
    configuration.keys = try settings.accessKeys()
    // The rest is for the database, the agents and the relay, which a flood of connections must not starve.
    configuration.maximumConnections = min(configuration.maximumConnections, OpenFiles.raiseLimit() * 3 / 4)
    do {
      web = try WebServer(
        configuration: configuration, relay: relay, monitor: monitor, logger: logger,
        onListening: { _ in Banner(settings).print() })
    } catch {
      throw Failure.configuration(error)
    }
    self.settings = settings
    self.logger = logger
  }

  /// Serves until SIGINT or SIGTERM; what was measured until then is delivered or spooled.
  func run() async throws {
    let group = ServiceGroup(
      configuration: .init(
        services: [
          .init(service: MonitorRunner(monitor: monitor)),
          .init(service: web),
          .init(service: AgentRunner(agents: agents)),
          .init(service: RelayRunner(relay: relay)),
        ],
        gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
    try await group.run()
    withExtendedLifetime(folder) {}
  }
}
