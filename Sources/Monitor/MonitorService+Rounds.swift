import History
import Notify
import Wire

/// What the monitor does by itself.
extension MonitorService {
  /// Ticks each second, delivers notifications, rolls up each half minute, prunes each hour and looks for damage each day
  /// until the task is cancelled; then ends all streams.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.notifier.run() }
      group.addTask { await self.followAgents() }
      // A step says itself why it could not be made.
      group.addTask { await self.every(.seconds(1)) { try? await self.tick() } }
      group.addTask { await self.every(Notifier.restateInterval) { await self.restate() } }
      group.addTask { await self.every(.seconds(30)) { try await self.rollUp(self.clock().wall) } }
      group.addTask { await self.every(.seconds(3_600)) { try await self.prune(self.clock().wall) } }
      group.addTask { await self.every(.seconds(86_400)) { try await self.history.check() } }
    }
    listeners.removeAll()
  }

  /// Expects what the agents are to measure, whenever that has changed.
  private func followAgents() async {
    for await _ in await agents.isChanged {
      let (sites, paths) = await agents.expectation
      do {
        try await inTurn { () async throws(HistoryError) in situation.expect(sites: sites, paths: paths) }
      } catch {
        logger.error("The monitor is too busy to take up a change of sites or jobs", metadata: ["reason": "\(error)"])
      }
    }
  }

  private func restate() async {
    await notifier.restate(situation.firingNotifications)
  }

  private nonisolated func every(_ period: Duration, _ body: @Sendable () async throws -> Void) async {
    while !Task.isCancelled {
      do {
        try await body()
      } catch {
        logger.error("The monitor could not do its rounds", metadata: ["reason": "\(error)"])
      }
      try? await Task.sleep(for: period)
    }
  }
}
