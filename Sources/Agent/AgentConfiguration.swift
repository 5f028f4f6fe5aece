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
  public var targets: [Target]
  /// Length of the records' tumbling intervals, 1 s to 15 min.
  public var recordLength: Duration
  public var monitor: Monitor
  /// Where records wait until the monitor has them.
  public var spoolFolder: String
  /// What may wait there; beyond it the oldest records are dropped and counted.
  public var spoolBytes: Int

  /// One path to measure.
  public struct Target: Sendable, Hashable {
    /// Configured id: a site, a relay or a service.
    public var id: String
    public var endpoint: Endpoint
    public var route: Path.Route
    public var streams: [STAMPStream]
    public var options: STAMPSessionOptions

    public init(
      id: String, endpoint: Endpoint, route: Path.Route = .direct, streams: [STAMPStream] = STAMPStream.meeting,
      options: STAMPSessionOptions = STAMPSessionOptions()
    ) {
      self.id = id
      self.endpoint = endpoint
      self.route = route
      self.streams = streams
      self.options = options
    }
  }

  /// Where records are delivered.
  public struct Monitor: Sendable, Hashable {
    /// The full address records are posted to.
    public var url: String
    public var trust: Trust
    /// Sent as a bearer token.
    public var token: String?

    public init(url: String, trust: Trust = .system, token: String? = nil) {
      self.url = url
      self.trust = trust
      self.token = token
    }
  }

  public init(
    site: String, name: String, reflector: ReflectorConfiguration? = nil, targets: [Target] = [],
    recordLength: Duration = .seconds(15), monitor: Monitor, spoolFolder: String, spoolBytes: Int = 64 << 20
  ) {
    self.site = site
    self.name = name
    self.reflector = reflector
    self.targets = targets
    self.recordLength = recordLength
    self.monitor = monitor
    self.spoolFolder = spoolFolder
    self.spoolBytes = spoolBytes
  }
}
