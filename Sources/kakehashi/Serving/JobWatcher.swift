import Agent
import Foundation
import Logging
import Monitor
import ServiceLifecycle
import Settings

/// Takes up changes of the folder of probe jobs while everything runs. A wrong file stops only itself: its line is in the
/// log, and the other jobs go on. An agent to whom jobs are published does those.
struct JobWatcher: Service {
  /// Read again when a job's file has changed.
  let settings: Settings
  let agents: [AgentService]
  let monitor: MonitorService?
  let logger: Logger

  static let interval: Duration = .seconds(2)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      say(settings)
      var seen = Self.stamps(settings.jobFolder)
      while (try? await Task.sleep(for: Self.interval)) != nil {
        let now = Self.stamps(settings.jobFolder)
        guard now != seen else { continue }
        seen = now
        await takeUp()
      }
    }
  }

  /// Only the jobs are taken from what is read: everything else is as it was at the start.
  private func takeUp() async {
    do {
      var new = settings
      let read = try Settings(file: settings.file)
      (new.jobs, new.jobProblems) = (read.jobs, read.jobProblems)
      say(new)
      // The monitor first: what it is to judge by is known when the first record comes.
      await monitor?.agents.configure(paths: new.expectedPaths)
      for agent in agents { try agent.take(try new.work(at: agent.site)) }
      logger.notice(
        "Probe jobs were read again", metadata: ["jobs": "\(new.jobs.map(\.name).joined(separator: ", "))"])
    } catch {
      logger.warning("Probe jobs stay as they were", metadata: ["why": "\(error)"])
    }
  }

  private func say(_ settings: Settings) {
    for problem in settings.jobProblems + settings.secretProblems(at: agents.map(\.site)) {
      logger.warning("A probe job does not run", metadata: ["why": "\(problem)"])
    }
  }

  /// Changes when any job's file does.
  private static func stamps(_ folder: String) -> [String: String] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }
    return Dictionary(
      uniqueKeysWithValues: names.map { name in
        var status = stat()
        guard stat("\(folder)/\(name)", &status) == 0 else { return (name, "") }
        return (name, "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(status.st_size) \(status.st_ino)")
      })
  }
}
