/// Answer of `GET /v1/health`: status 200 while the process serves.
public struct HealthStatus: Codable, Sendable, Equatable {
  /// `ok`, or `degraded`.
  public var status: String
  /// The kinds of what is wrong, in words as `TroubleStatus.kind` has them: more is only for who may see the overview.
  public var reasons: [String]
  /// What this process does: `relay`, `monitor`.
  public var roles: [String]
  /// Drawn at each start: the epoch of event ids.
  public var epoch: String

  public init(status: String, reasons: [String], roles: [String], epoch: String) {
    self.status = status
    self.reasons = reasons
    self.roles = roles
    self.epoch = epoch
  }
}
