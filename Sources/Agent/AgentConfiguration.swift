import API
import Fetch
import Measurement
import Probes
import Wire

/// What an agent measures, where it answers, and to whom it reports.
public struct AgentConfiguration: Sendable {
  /// Configured id of the site the agent stands at.
  public var site: String
  /// The agent's own name, unique among agents: part of every record's identity.
  public var name: String
  /// Where the reflector listens; `nil` is no reflector.
  public var reflector: ReflectorConfiguration?
  /// What is measured until the monitor says otherwise.
  public var work: Work
  public var monitor: Monitor
  /// How jobs are had from the monitor; `nil` is to do only what `work` says.
  public var jobs: Jobs?
  /// Where records wait until the monitor has them.
  public var spoolFolder: String
  /// What may wait there; beyond it the oldest records are dropped and counted.
  public var spoolBytes: Int

  /// All that is measured.
  public struct Work: Sendable, Hashable {
    public var targets: [Target]
    /// Length of the records' tumbling intervals, 1 s to 15 min.
    public var recordLength: Duration
    /// What is measured from time to time, beside what the targets are sent all the time.
    public var scheduled: [ScheduledProbe]

    public init(
      targets: [Target] = [], recordLength: Duration = .seconds(15), scheduled: [ScheduledProbe] = []
    ) {
      self.targets = targets
      self.recordLength = recordLength
      self.scheduled = scheduled
    }
  }

  /// Jobs that are pulled from the monitor.
  public struct Jobs: Sendable {
    /// Where the last set that was applied is kept.
    public var file: String
    /// How often the monitor is asked.
    public var interval: Duration
    /// What a set's files say for this site, or every problem of them.
    public var read: @Sendable ([JobFile]) throws(JobError) -> Work

    public init(
      file: String, interval: Duration = .seconds(10), read: @escaping @Sendable ([JobFile]) throws(JobError) -> Work
    ) {
      self.file = file
      self.interval = interval
      self.read = read
    }
  }

  /// One path to measure.
  public struct Target: Sendable, Hashable {
    /// Configured id: a site, a relay or a service.
    public var id: String
    public var endpoint: Endpoint
    public var route: Path.Route
    public var streams: [STAMPStream]
    public var options: STAMPSessionOptions
    /// What the route there is followed by: at once when a record breaks these; `nil` is never.
    public var limits: ProbeLimits?

    public init(
      id: String, endpoint: Endpoint, route: Path.Route = .direct, streams: [STAMPStream] = STAMPStream.meeting,
      options: STAMPSessionOptions = STAMPSessionOptions(), limits: ProbeLimits? = nil
    ) {
      self.id = id
      self.endpoint = endpoint
      self.route = route
      self.streams = streams
      self.options = options
      self.limits = limits
    }
  }

  /// Where records are delivered and jobs are had.
  public struct Monitor: Sendable, Hashable {
    /// `https://host:port`.
    public var address: String
    public var trust: Trust
    /// Sent as a bearer token.
    public var token: String?

    public init(address: String, trust: Trust = .system, token: String? = nil) {
      self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
      self.trust = trust
      self.token = token
    }

    var records: String { address + Paths.records }
    var reports: String { address + Paths.agentReport }

    /// Who asks, in every request.
    var headers: [FetchRequest.Header] {
      [.init(ProgramVersion.headerName, ProgramVersion.current.description)]
        + (token.map { [.init("Authorization", "Bearer \($0)")] } ?? [])
    }
  }

  /// What an agent that starts now begins with: the last job set that was applied, else `work`.
  public var presentWork: Work { jobs.flatMap(JobFollower.stored)?.work ?? work }

  public init(
    site: String, name: String, reflector: ReflectorConfiguration? = nil, work: Work = Work(), monitor: Monitor,
    jobs: Jobs? = nil, spoolFolder: String, spoolBytes: Int = 64 << 20
  ) {
    self.site = site
    self.name = name
    self.reflector = reflector
    self.work = work
    self.monitor = monitor
    self.jobs = jobs
    self.spoolFolder = spoolFolder
    self.spoolBytes = spoolBytes
  }
}
