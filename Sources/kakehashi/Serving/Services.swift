import Agent
import Monitor
import Relay
import ServiceLifecycle

/// The monitor until graceful shutdown.
struct MonitorRunner: Service {
  let monitor: MonitorService

  func run() async throws {
    await cancelWhenGracefulShutdown { await monitor.run() }
  }
}

/// The agents, which work from the moment they exist, until graceful shutdown.
struct AgentRunner: Service {
  let agents: [AgentService]

  func run() async throws {
    try? await gracefulShutdown()
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
