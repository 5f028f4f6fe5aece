import Agent
import Logging

/// Says in the log what an agent cannot do: once when it has not been able to for a while, and once when it can again.
struct AgentLog {
  private let logger: Logger
  private let folder: String
  private var delivery = Complaint(problem: "Records are not delivered", end: "Records are delivered again")
  private var spool = Complaint(problem: "Records cannot be kept on disk", end: "Records are kept on disk again")
  private var jobs = Complaint(problem: "The monitor gives no jobs", end: "The monitor gives jobs again")
  private var offered = Complaint(
    problem: "The jobs that the monitor offers cannot be done; those before them are",
    end: "Does the jobs that it is given")
  private var probes = Complaint(
    problem: "Scheduled probes cannot measure", end: "All scheduled probes can measure again")
  private var applied: Int?
  private var damaged = 0
  private var dropped = 0
  private var refused = 0

  init(_ agent: AgentService, _ logger: Logger) {
    var logger = logger
    logger[metadataKey: "agent"] = "\(agent.site)"
    self.logger = logger
    folder = agent.spoolFolder
  }

  /// To be told each second.
  mutating func follow(_ status: AgentService.Status) {
    delivery.follow(status.deliveryError, ["waiting": "\(status.waitingRecords)"], logger)
    spool.follow(status.spoolError, [:], logger)
    jobs.follow(status.jobsError, [:], logger)
    let problems = status.jobProblems.map(\.description).joined(separator: "; ")
    offered.follow(problems.isEmpty ? nil : problems, [:], logger)
    let unable = status.probeProblems.map(\.description).joined(separator: "; ")
    probes.follow(unable.isEmpty ? nil : unable, [:], logger)
    if let version = status.appliedJobs, version != applied {
      applied = version
      logger.notice("Does the jobs of a version", metadata: ["version": "\(version)"])
    }
    if status.damagedSpoolFiles > damaged {
      logger.error(
        "Spool files were damaged; what is whole in them is delivered",
        metadata: ["files": "\(status.damagedSpoolFiles - damaged)", "keptAs": "\(folder)/*.damaged"])
    }
    damaged = status.damagedSpoolFiles
    if status.droppedRecords > dropped {
      logger.error(
        "Records were dropped: there is no more room for them",
        metadata: ["records": "\(status.droppedRecords - dropped)"])
    }
    dropped = max(dropped, status.droppedRecords)
    if status.refusedRecords > refused {
      logger.error(
        "The monitor will not take some records", metadata: ["records": "\(status.refusedRecords - refused)"])
    }
    refused = status.refusedRecords
  }
}

extension AgentLog {
  private struct Complaint {
    /// A monitor that restarts is no news.
    static let patience = 5

    let problem: Logger.Message
    let end: Logger.Message
    private var seconds = 0
    private var said: String?

    init(problem: Logger.Message, end: Logger.Message) {
      self.problem = problem
      self.end = end
    }

    mutating func follow(_ reason: String?, _ metadata: Logger.Metadata, _ logger: Logger) {
      guard let reason else {
        if said != nil { logger.notice(end) }
        seconds = 0
        said = nil
        return
      }
      seconds += 1
      guard seconds >= Self.patience, reason != said else { return }
      said = reason
      logger.warning(problem, metadata: metadata.merging(["reason": "\(reason)"]) { $1 })
    }
  }
}
