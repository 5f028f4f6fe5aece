import Agent
import Logging
import Monitor
import Relay
import ServiceLifecycle
import Transport

/// The monitor until graceful shutdown.
struct MonitorRunner: Service {
  let monitor: MonitorService

  func run() async throws {
    await cancelWhenGracefulShutdown { await monitor.run() }
  }
}

/// The agents, which work from the moment they exist, until graceful shutdown. Says what keeps records from the monitor
/// when it lasts, and when it is over.
struct AgentRunner: Service {
  let agents: [AgentService]
  let logger: Logger

  private static let lookingInterval: Duration = .seconds(5)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var seen: [String?] = agents.map { _ in nil }
      var said = seen
      while (try? await Task.sleep(for: Self.lookingInterval)) != nil {
        for (index, agent) in agents.enumerated() {
          let status = agent.status
          let trouble = status.deliveryError ?? status.spoolError
          // Twice the same: what passes by itself, as at the start, is not worth a line.
          if trouble == seen[index], trouble != said[index] {
            said[index] = trouble
            say(trouble, of: agent, waiting: status.waitingRecords)
          }
          seen[index] = trouble
        }
      }
    }
    for agent in agents { await agent.shutdown() }
  }

  private func say(_ trouble: String?, of agent: AgentService, waiting: Int) {
    let metadata: Logger.Metadata = ["site": "\(agent.site)", "waiting": "\(waiting)"]
    if let trouble {
      logger.warning(
        "Records do not reach the monitor; they wait on disk", metadata: metadata.merging(["why": "\(trouble)"]) { $1 })
    } else {
      logger.notice("Records reach the monitor again", metadata: metadata)
    }
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
