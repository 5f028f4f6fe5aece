/// `POST /v1/agent/report`: how an agent stands. Answered with the job set it is to apply, 200, or with 204 when it has
/// applied that. Every answer tells the monitor's time in the header `timeHeaderName`.
public struct AgentReport: Codable, Sendable, Equatable {
  public var site: String
  /// The job set in force; absent while it works by its own folder of jobs.
  public var appliedJobs: Int?
  /// The job set that was offered and cannot be applied, and why.
  public var rejectedJobs: Int?
  public var problems: [JobProblem]
  public var clock: AgentClock
  public var records: Records

  /// Seconds since 1970 with a fraction.
  public static let timeHeaderName = "Kakehashi-Time"

  /// Since the agent's start.
  public struct Records: Codable, Sendable, Equatable {
    /// On disk, not yet committed by the monitor.
    public var waiting: Int
    public var delivered: Int
    public var dropped: Int
    public var refused: Int

    public init(waiting: Int = 0, delivered: Int = 0, dropped: Int = 0, refused: Int = 0) {
      self.waiting = waiting
      self.delivered = delivered
      self.dropped = dropped
      self.refused = refused
    }
  }

  public init(
    site: String, appliedJobs: Int? = nil, rejectedJobs: Int? = nil, problems: [JobProblem] = [],
    clock: AgentClock = AgentClock(), records: Records = Records()
  ) {
    self.site = site
    self.appliedJobs = appliedJobs
    self.rejectedJobs = rejectedJobs
    self.problems = problems
    self.clock = clock
    self.records = records
  }
}

extension AgentReport {
  /// Whether its figures can be those of an agent at all.
  public var isPlausible: Bool {
    let clockFigures = [clock.maximumErrorSeconds, clock.offsetSeconds, clock.offsetErrorSeconds, clock.since]
    return [appliedJobs, rejectedJobs].allSatisfy { $0.map { $0 > 0 } ?? true }
      && [records.waiting, records.delivered, records.dropped, records.refused].allSatisfy { $0 >= 0 }
      && clockFigures.allSatisfy { $0.map { abs($0) < Self.longestTime } ?? true }
  }

  /// In seconds: no clock is off by three hundred years.
  private static let longestTime = 1e10

  /// With texts that can be shown anywhere: an agent's machine may be in other hands.
  public var printable: AgentReport {
    var report = self
    report.clock.source = clock.source.map { String($0.prefix(Self.longestName)).printable }
    report.problems = problems.map { problem in
      JobProblem(
        file: String(problem.file.prefix(Self.longestName)).printable, line: problem.line,
        message: String(problem.message.prefix(Self.longestMessage)).printable)
    }
    return report
  }

  private static let longestName = 200
  private static let longestMessage = 1_000
}

/// How far an agent's wall clock can be trusted.
public struct AgentClock: Codable, Sendable, Equatable {
  /// The kernel says that something keeps it right.
  public var isSynchronized: Bool
  /// What keeps it right, `chrony` for instance; absent when nothing is known to.
  public var source: String?
  /// The kernel's bound of its error.
  public var maximumErrorSeconds: Double?
  /// What must be added to it to have the monitor's time, measured by the agent's own requests; absent before one was
  /// answered.
  public var offsetSeconds: Double?
  /// Half the fastest request's round trip: the offset is right to within this.
  public var offsetErrorSeconds: Double?
  /// On the agent's clock, seconds since 1970: the offset holds for what it stamped from then on. The clock was set
  /// then, or the agent cannot tell of the time before.
  public var since: Double?

  public init(
    isSynchronized: Bool = false, source: String? = nil, maximumErrorSeconds: Double? = nil,
    offsetSeconds: Double? = nil, offsetErrorSeconds: Double? = nil, since: Double? = nil
  ) {
    self.isSynchronized = isSynchronized
    self.source = source
    self.maximumErrorSeconds = maximumErrorSeconds
    self.offsetSeconds = offsetSeconds
    self.offsetErrorSeconds = offsetErrorSeconds
    self.since = since
  }
}
