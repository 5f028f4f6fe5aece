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
          reflector: $0.reflector, uplinkKilobitsPerSecond: $0.uplink.map { $0 / 1_000 }, router: $0.router)
      },
      paths: expectedPaths)
    configuration.hub = site
    configuration.readJobs = { files throws(JobError) in
      let published = try PublishedJobs(files, objective: monitor.objective, folder: folder)
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
    configuration.serviceLevel = ServiceLevel(
      target: UInt64(monitor.serviceLevel.targetPartsPerMillion),
      hours: BusinessHours(
        weekdays: monitor.serviceLevel.weekdays, opening: monitor.serviceLevel.hours.opening,
        closing: monitor.serviceLevel.hours.closing, holidays: monitor.serviceLevel.holidays))
    if let zone = monitor.timeZone.flatMap(TimeZone.init(identifier:)) { configuration.timeZone = zone }
    return configuration
  }

  var objective: Objective { Objective(monitor.objective) }

  /// What the configuration's own jobs measure, and what that is judged by.
  var expectedPaths: [ExpectedPath] { expectedPaths(of: jobs, sites) }

  private func expectedPaths(of jobs: [ProbeJob], _ sites: [SiteSettings]) -> [ExpectedPath] {
    jobs.flatMap { job in sites.flatMap { site in expectedPaths(of: job, from: site.id) } }
  }

  private func expectedPaths(of job: ProbeJob, from site: String) -> [ExpectedPath] {
    guard let kind = job.probeKind else { return [] }
    var rules = PathJudge.Rules(
      objective: Objective(job.objective), basis: .oneWay, length: job.interval,
      metrics: Set(kind.metrics.compactMap { Metric(rawValue: $0.rawValue) }))
    if !job.isContinuous {
      rules.basis = job.relay == nil ? .roundTrip : .oneWay
      // The longest run of any kind, and its delivery.
      rules.grace = .seconds(60)
      // Each run by itself, in the minute that it is for.
      if job.cron != nil { rules.length = .seconds(60) }
    }
    return job.targets(from: site).flatMap { target in
      job.streams(to: target, from: site).map { stream in
        ExpectedPath(
          path: Path(site: site, target: target.id, route: stream.route, label: stream.label),
          origin: .probe(kind: job.kind), rules: rules, isExpected: job.cron == nil, pages: job.pages,
          isKeptAsRollUpsOnly: job.isRing)
      }
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
      work: try work(at: site),
      monitor: AgentConfiguration.Monitor(address: agent.monitor ?? localMonitor, trust: trust, token: token),
      jobs: AgentConfiguration.Jobs(file: "\(dataFolder)/jobs/\(site).json") { files throws(JobError) in
        let published = try PublishedJobs(files, folder: folder)
        do {
          return try work(of: published.jobs, published.sites, at: site)
        } catch {
          throw JobError([JobProblem(file: file, message: "\(error)")])
        }
      },
      spoolFolder: "\(dataFolder)/spool/\(site)", spoolBytes: agent.spoolMebibytes << 20)
  }

  /// What the agent of `site` does by the configuration's own jobs. A job whose secret is not to be had stops only itself:
  /// `secretProblems` names it.
  func work(at site: String) throws(Failure) -> AgentConfiguration.Work {
    try work(of: jobs.filter { secretProblem(of: $0) == nil }, sites, at: site)
  }

  /// The jobs of these sites that do not run because what they name is not to be had.
  func secretProblems(at sites: [String]) -> [SettingsProblem] {
    jobs.filter { $0.from.contains(where: sites.contains) }.compactMap(secretProblem)
  }

  private func secretProblem(of job: ProbeJob) -> SettingsProblem? {
    do {
      for target in job.targets.prefix(1) { _ = try job.requestWithSecrets(to: target, from: site, address: nil) }
      return nil
    } catch {
      return SettingsProblem(file: "\(jobFolder)/\(job.name).yaml", line: nil, key: "", message: "\(error)")
    }
  }

  /// What the agent of `site` does of the jobs. Keys for authenticated STAMP are this machine's own: none are published.
  private func work(
    of jobs: [ProbeJob], _ sites: [SiteSettings], at site: String
  ) throws(Failure) -> AgentConfiguration.Work {
    let continuous = jobs.filter(\.isContinuous)
    var work = AgentConfiguration.Work(recordLength: continuous.map(\.interval).min() ?? .seconds(15))
    for job in continuous {
      for target in job.targets(from: site) {
        work.targets += [try self.target(target, of: job, sites)].compactMap { $0 }
      }
    }
    for job in jobs where !job.isContinuous {
      guard let kind = job.probeKind else { continue }
      for target in job.targets(from: site) {
        work.scheduled.append(
          ScheduledProbe(
            job: job.name, kind: kind, target: target.id,
            request: try probeRequest(of: job, to: target, from: site, sites),
            timing: job.cron.map { .cron($0, zone: job.timeZone) } ?? .every(job.interval),
            endsAtRouter: job.endsAtRouter(target)))
      }
    }
    return work
  }

  /// With its secrets, and a site's address.
  func probeRequest(
    of job: ProbeJob, to target: ProbeJob.Target, from site: String, _ sites: [SiteSettings]
  ) throws(Failure) -> ProbeRequest {
    guard job.relay == nil, case .site(let id) = target, let reflector = reflector(of: id, in: sites) else {
      return try job.requestWithSecrets(to: target, from: site, address: nil)
    }
    var request = try job.requestWithSecrets(
      to: target, from: site, address: job.isContinuous ? reflector.description : reflector.address.description)
    if job.isContinuous { request.stamp = try stampOptions(of: id) }
    return request
  }

  private func target(
    _ target: ProbeJob.Target, of job: ProbeJob, _ sites: [SiteSettings]
  ) throws(Failure) -> AgentConfiguration.Target? {
    // Judged is half the round trip.
    var limits = job.limits
    limits.latencyNanoseconds *= 2
    switch target {
    case .site(let id):
      guard let endpoint = reflector(of: id, in: sites) else { return nil }
      return AgentConfiguration.Target(
        id: id, endpoint: endpoint, streams: job.packetStreams(to: target), options: try stampOptions(of: id),
        limits: limits)
    case .endpoint(let endpoint):
      return AgentConfiguration.Target(
        id: endpoint.description, endpoint: endpoint, streams: job.packetStreams(to: target), limits: limits)
    case .named:
      return nil
    }
  }
}

extension Objective {
  init(_ settings: ObjectiveSettings) {
    self.init(
      loss: UInt64(settings.lossPartsPerMillion), jitter: UInt64(settings.jitter.nanoseconds),
      latency: UInt64(settings.latency.nanoseconds))
  }
}

extension ProbeJob {
  /// What is asked for, with what its files and the environment hold.
  func requestWithSecrets(to target: Target, from site: String, address: String?) throws(Failure) -> ProbeRequest {
    var request = request(to: target, from: site, address: address)
    if isContinuous { request.duration = interval }
    request.token = try token.map { source throws(Failure) in try source.secret() }
    if let source = proxy?.credentials, let url = proxy?.url {
      guard let credentials = Proxy.Credentials(secret: try source.secret()) else {
        throw .configuration("\(source.place) must hold user:password.")
      }
      request.proxy = Proxy(url: url, credentials: credentials)
    }
    return request
  }
}
