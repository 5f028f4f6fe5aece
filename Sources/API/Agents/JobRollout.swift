/// `POST /v1/jobs`: a new job set, for the sites named first or for all.
public struct JobPublication: Codable, Sendable, Equatable {
  /// The probe jobs; the monitor adds `sites.yaml`.
  public var files: [JobFile]
  /// These sites alone until it is promoted; empty is every site at once.
  public var first: [String]

  public init(files: [JobFile], first: [String]) {
    self.files = files
    self.first = first
  }
}

/// `GET /v1/jobs`: which job set is meant for whom.
public struct JobRollout: Codable, Sendable, Equatable {
  /// For every site but the trial's; absent while nothing was published.
  public var current: Version?
  /// What `rollback` goes back to.
  public var previous: Version?
  /// Applied at some sites first.
  public var trial: Version?
  public var trialSites: [String]

  public struct Version: Codable, Sendable, Equatable {
    public var number: Int
    public var publishedAt: Double
    public var digest: String
    public var files: [String]

    public init(number: Int, publishedAt: Double, digest: String, files: [String]) {
      self.number = number
      self.publishedAt = publishedAt
      self.digest = digest
      self.files = files
    }
  }

  public init(
    current: Version? = nil, previous: Version? = nil, trial: Version? = nil, trialSites: [String] = []
  ) {
    self.current = current
    self.previous = previous
    self.trial = trial
    self.trialSites = trialSites
  }

  /// The version that a site is to apply.
  public func wanted(by site: String) -> Int? {
    (trialSites.contains(site) ? trial ?? current : current)?.number
  }
}
