/// A site's agent as the monitor knows it.
public struct AgentStatus: Codable, Sendable, Equatable {
  public var site: String
  public var state: State
  /// Seconds since 1970.
  public var joinedAt: Double?
  public var seenAt: Double?
  /// Of the agent's program.
  public var version: String?
  /// The job sets in force there and wanted there.
  public var appliedJobs: Int?
  public var wantedJobs: Int?
  /// Why the wanted set is not applied.
  public var problems: [JobProblem]
  public var clock: AgentClock?
  public var records: AgentReport.Records?
  /// Why its key is refused.
  public var reason: String?

  public enum State: String, Codable, Sendable, CaseIterable {
    /// A code was given out and not used yet.
    case invited
    case active
    case revoked
    /// Delivers by a token that is not its own.
    case unenrolled
  }

  public init(
    site: String, state: State, joinedAt: Double? = nil, seenAt: Double? = nil, version: String? = nil,
    appliedJobs: Int? = nil, wantedJobs: Int? = nil, problems: [JobProblem] = [], clock: AgentClock? = nil,
    records: AgentReport.Records? = nil, reason: String? = nil
  ) {
    self.site = site
    self.state = state
    self.joinedAt = joinedAt
    self.seenAt = seenAt
    self.version = version
    self.appliedJobs = appliedJobs
    self.wantedJobs = wantedJobs
    self.problems = problems
    self.clock = clock
    self.records = records
    self.reason = reason
  }
}
