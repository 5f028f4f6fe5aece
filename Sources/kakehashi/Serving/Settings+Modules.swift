import API
import Agent
import Alerting
import Fetch
import Foundation
import History
import Measurement
import Monitor
import Notify
import Probes
import Relay
import Settings
import Transport
import Web
import Wire

/// What each module is started with.
extension Settings {
  // MARK: Relay

  func relayConfiguration(records: @escaping @Sendable ([PathRecord]) -> Void) -> RelayConfiguration {
    let directory = SiteDirectory(
      sites.flatMap { site in site.networks.map { SiteDirectory.Entry(block: $0, site: site.id) } })
    var configuration = RelayConfiguration(siteOf: directory.site(of:), records: records)
    configuration.listen = relay.listen
    configuration.basePort = relay.port
    configuration.advertise = relay.advertise ?? advertisedByDefault
    configuration.workers = relay.workers
    configuration.bounds.rooms = relay.maximumRooms
    configuration.bounds.participantsPerRoom = relay.maximumParticipantsPerRoom
    configuration.agent = "\(agentName(of: site))-relay"
    configuration.site = site
    return configuration
  }

  /// Where all addresses are bound, every address of this machine of those families; else the bound ones.
  private var advertisedByDefault: [IPAddress] {
    let wildcards: [IPAddress] = [.anyV4, .anyV6]
    let bound = relay.listen.filter { !wildcards.contains($0) }
    let found = InterfaceAddresses.routable().filter { relay.listen.contains($0.isV4 ? .anyV4 : .anyV6) }
    return bound + found.filter { !bound.contains($0) }
  }

  // MARK: Web

  var webConfiguration: WebConfiguration {
    WebConfiguration(
      host: http.listen.address.description, port: Int(http.listen.port), certificatePath: certificateFile,
      privateKeyPath: keyFile)
  }

  // MARK: Monitor

  func monitorConfiguration() throws(Failure) -> MonitorConfiguration {
    var configuration = MonitorConfiguration(
      sites: sites.map {
        Site(
          id: $0.id, japaneseName: $0.japaneseName, englishName: $0.englishName, networks: $0.networks,
          reflector: $0.reflector)
      },
      paths: expectedPaths(of: jobs, sites))
    configuration.hub = site
    configuration.readJobs = { files throws(JobError) in
      let published = try PublishedJobs(files)
      return expectedPaths(of: published.jobs, published.sites)
    }
    configuration.otherRules.objective = objective
    configuration.incidentRules = IncidentRules(
      raiseCount: monitor.incidents.raiseCount, raiseTotal: monitor.incidents.raiseTotal,
      clearCount: monitor.incidents.clearCount, clearTotal: monitor.incidents.clearTotal,
      keepFiring: monitor.incidents.keepFiring)
    configuration.routing = try routing()
    configuration.retention = Retention(
      records: monitor.retention.records, fiveMinutes: monitor.retention.fiveMinutes, hours: monitor.retention.hours,
      days: monitor.retention.days, incidents: monitor.retention.incidents)
    if let zone = monitor.timeZone.flatMap(TimeZone.init(identifier:)) { configuration.timeZone = zone }
    return configuration
  }

  var objective: Objective {
    Objective(
      loss: UInt64(monitor.objective.lossPartsPerMillion), jitter: UInt64(monitor.objective.jitter.nanoseconds),
      latency: UInt64(monitor.objective.latency.nanoseconds))
  }

  private func expectedPaths(of jobs: [ProbeJob], _ sites: [SiteSettings]) -> [ExpectedPath] {
    jobs.flatMap { job in sites.flatMap { site in expectedPaths(of: job, from: site.id) } }
  }

  private func expectedPaths(of job: ProbeJob, from site: String) -> [ExpectedPath] {
    job.targets(from: site).flatMap { target in
      job.streams.map { stream in
        ExpectedPath(
          path: path(from: site, to: target, label: stream.label), origin: .probe(kind: job.kind),
          rules: PathJudge.Rules(objective: objective, basis: .oneWay, length: job.interval))
      }
    }
  }

  private func path(from site: String, to target: ProbeJob.Target, label: String) -> Path {
    switch target {
    case .site(let id): Path(site: site, target: id, route: .direct, label: label)
    case .endpoint(let endpoint): Path(site: site, target: endpoint.description, route: .direct, label: label)
    }
  }

  private func routing() throws(Failure) -> Routing {
    let channels = try notify.channels.map { channel throws(Failure) in
      let token = try channel.token?.secret()
      return Channel(
        name: channel.name, kind: channel.kind, url: channel.url,
        headers: token.map { [FetchRequest.Header("Authorization", "Bearer \($0)")] } ?? [],
        trust: channel.authority.map { .authorities(file: $0) } ?? .system)
    }
    return Routing(channels: channels, routes: notify.routes)
  }

  // MARK: Agent

  /// A role that delivers to a monitor elsewhere has to know it.
  func requireMonitor() throws(Failure) {
    guard agent.monitor == nil else { return }
    throw .configuration("\(file): agent.monitor: must name the monitor's address, like https://monitor.example:8443.")
  }

  /// The token that the monitor elsewhere has given out.
  func readAgentToken() throws(Failure) -> String {
    try (agent.token ?? agentToken).secret()
  }

  /// The agents within a server's process; the first delivers its calls too.
  func agentConfigurations(role: Server.Role, token: String) throws(Failure) -> [AgentConfiguration] {
    switch role {
    case .everything:
      return try ([site] + (up.secondSite.map { [$0] } ?? [])).map { site throws(Failure) in
        try agentConfiguration(site: site, token: token)
      }
    case .relay:
      // Only delivers: what answers and measures is the site's agent.
      var configuration = try agentConfiguration(site: site, token: token)
      configuration.reflector = nil
      configuration.work = AgentConfiguration.Work()
      configuration.jobs = nil
      return [configuration]
    case .monitor:
      return []
    }
  }

  /// Its name in records; unique, since a site has one agent.
  func agentName(of site: String) -> String {
    site == self.site ? agent.name ?? site : site
  }

  /// The agent of one of the sites that this process stands for.
  func agentConfiguration(site: String, token: String) throws(Failure) -> AgentConfiguration {
    let trust: Trust =
      if let pin = agent.pin {
        .publicKey(sha256: pin)
      } else if let authority = agent.authority {
        .authorities(file: authority)
      } else if agent.monitor == nil {
        .certificate(file: certificateFile)
      } else {
        .system
      }
    return AgentConfiguration(
      site: site, name: agentName(of: site), reflector: try reflectorConfiguration(of: site),
      work: try work(of: jobs, sites, at: site),
      monitor: AgentConfiguration.Monitor(address: agent.monitor ?? localMonitor, trust: trust, token: token),
      jobs: AgentConfiguration.Jobs(file: "\(dataFolder)/jobs/\(site).json") { files throws(JobError) in
        let published = try PublishedJobs(files)
        do {
          return try work(of: published.jobs, published.sites, at: site)
        } catch {
          throw JobError([JobProblem(file: file, message: "\(error)")])
        }
      },
      spoolFolder: "\(dataFolder)/spool/\(site)", spoolBytes: agent.spoolMebibytes << 20)
  }

  /// What the agent of `site` does of the jobs. Keys for authenticated STAMP are this machine's own: none are published.
  private func work(
    of jobs: [ProbeJob], _ sites: [SiteSettings], at site: String
  ) throws(Failure) -> AgentConfiguration.Work {
    var targets: [AgentConfiguration.Target] = []
    for job in jobs {
      for target in job.targets(from: site) { targets += [try self.target(target, of: job, sites)].compactMap { $0 } }
    }
    return AgentConfiguration.Work(targets: targets, recordLength: jobs.map(\.interval).min() ?? .seconds(15))
  }

  private func target(
    _ target: ProbeJob.Target, of job: ProbeJob, _ sites: [SiteSettings]
  ) throws(Failure) -> AgentConfiguration.Target? {
    switch target {
    case .site(let id):
      guard let endpoint = reflector(of: id, in: sites) else { return nil }
      return AgentConfiguration.Target(
        id: id, endpoint: endpoint, streams: job.streams, options: try stampOptions(of: id))
    case .endpoint(let endpoint):
      return AgentConfiguration.Target(id: endpoint.description, endpoint: endpoint, streams: job.streams)
    }
  }
}

extension ProbeJob {
  /// The streams of a meeting, slowed or sped up to the job's rate.
  var streams: [STAMPStream] {
    STAMPStream.meeting.map { stream in
      var stream = stream
      stream.interval = .nanoseconds(1_000_000_000 * Int64(STAMPStream.meeting.count) / Int64(rate))
      return stream
    }
  }
}
