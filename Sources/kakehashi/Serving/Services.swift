import Agent
import Logging
import Monitor
import Relay
import ServiceLifecycle
import Settings
import Transport
import UnixSignals
import Web

/// The monitor until graceful shutdown.
struct MonitorRunner: Service {
  let monitor: MonitorService

  func run() async throws {
    await cancelWhenGracefulShutdown { await monitor.run() }
  }
}

/// The agents, which work already, until graceful shutdown. What they cannot do is said in the log.
struct AgentRunner: Service {
  let agents: [AgentService]
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var logs = agents.map { AgentLog($0, logger) }
      repeat {
        for index in agents.indices { logs[index].follow(agents[index].status) }
      } while (try? await Task.sleep(for: .seconds(1))) != nil
    }
    for agent in agents { await agent.shutdown() }
  }
}

/// The relay, which works from the moment it exists, until graceful shutdown.
struct RelayRunner: Service {
  let relay: RelayService

  func run() async throws {
    try? await gracefulShutdown()
    await relay.shutdown()
  }
}

/// Tells the service manager, for as long as every part answers, that the process lives; and when its end has begun.
struct NotifyRunner: Service {
  /// `nil` where nobody wants to be told.
  let notify: NotifySocket?
  /// What it does, where that begins with this; `nil` where somebody else says when all is ready.
  var ready: String?
  /// Returns when every part has answered.
  let answer: @Sendable () async -> Void

  func run() async throws {
    if let ready { notify?.say(.ready(ready)) }
    if let notify, let interval = notify.aliveInterval {
      await cancelWhenGracefulShutdown {
        while !Task.isCancelled {
          await answer()
          notify.say(.alive)
          try? await Task.sleep(for: interval)
        }
      }
    } else {
      try? await gracefulShutdown()
    }
    notify?.say(.stopping)
  }
}

/// Renews the certificate that we signed ourselves when its time comes, and reads at SIGHUP again what can change while
/// the server runs: the certificate.
struct CertificateRunner: Service {
  let settings: Settings
  let web: WebServer
  let logger: Logger

  /// How often its days are counted.
  private static let period: Duration = .seconds(3_600)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          while (try? await Task.sleep(for: Self.period)) != nil { renew() }
        }
        group.addTask {
          for await _ in await UnixSignalsSequence(trapping: .sighup) {
            renew()
            web.reloadCertificate()
          }
        }
      }
    }
  }

  private func renew() {
    do {
      try PrivateFiles.prepareCertificate(settings)
    } catch {
      logger.error("The HTTPS certificate cannot be renewed", metadata: ["reason": "\(error)"])
    }
  }
}
