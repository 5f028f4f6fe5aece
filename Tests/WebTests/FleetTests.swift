import API
import Agent
import Fetch
import Foundation
import History
import Logging
import Measurement
import Settings
import Synchronization
import Testing
import Transport
import Wire

@testable import Monitor
@testable import Web

/// Sixty real agents and a real monitor in one process, over TLS on loopback. Nothing is measured: what is shown is who
/// is let in, what they are told to do, and that records get through whatever happens on the way.
@Suite("A fleet of agents", .serialized)
struct FleetTests {
  static let sites = (1...60).map { "site\($0)" }

  /// A job set's only job says the length of records in seconds; anything else is wrong in line 1.
  static func read(_ files: [JobFile]) throws(JobError) -> AgentConfiguration.Work {
    guard let seconds = files.last.flatMap({ Int($0.text) }) else {
      throw JobError([JobProblem(file: files.last?.name ?? "", line: 1, message: "is no number.")])
    }
    return AgentConfiguration.Work(recordLength: .seconds(seconds))
  }

  private func monitor(
    _ folder: String, read: @escaping JobReader = { _ in [] }
  ) async throws -> MonitorService {
    var configuration = MonitorConfiguration(
      sites: [Site(id: "hq", reflector: Endpoint(address: .loopbackV4, port: 862))], paths: [])
    // What the monitor itself finds wrong is not published at all; agents of another version may differ.
    configuration.readJobs = read
    return try await MonitorService(
      configuration: configuration, folder: try DataFolder(path: folder),
      logger: Logger(label: "monitor") { _ in SwiftLogNoOpLogHandler() }, clock: { SystemClock.reading() })
  }

  private func agent(
    _ site: String, _ key: String, _ address: String, _ folder: String,
    read: @escaping @Sendable ([JobFile]) throws(JobError) -> AgentConfiguration.Work = Self.read
  ) throws -> AgentService {
    try AgentService(
      AgentConfiguration(
        site: site, name: site,
        monitor: AgentConfiguration.Monitor(
          address: address, trust: .authorities(file: TestServer.certificate), token: key),
        jobs: AgentConfiguration.Jobs(
          file: "\(folder)/jobs/\(site).json", interval: .seconds(1), read: read),
        spoolFolder: "\(folder)/spool/\(site)"))
  }

  private func record(_ site: String, _ number: Int, boot: UInt64) -> PathRecord {
    PathRecord(
      id: PathRecord.ID(
        agent: site, boot: boot, path: Path(site: site, target: "hq", route: .direct), origin: .probe(kind: "stamp"),
        intervalStart: WallTime(seconds: 1_800_000_000 + Int64(number) * 15)),
      length: .seconds(15), loss: LossCounts(sent: 750, received: 750))
  }

  private func addSites(_ server: TestServer) async throws {
    let sites = Self.sites.enumerated().map { index, id in
      SiteBody(
        id: id, name: LocalizedName(ja: id, en: id), networks: ["10.\(index).0.0/16"], reflector: "10.\(index).0.5:862")
    }
    let response = try await server.fetch(
      "PUT", Paths.sites, AgentRoutesTests.manage, body: Array(try JSONEncoder().encode(SitesChangeBody(sites: sites))))
    try #require(response.status == 200, "\(response.text)")
  }

  private func jobs(_ server: TestServer, _ path: String, _ text: String = "", first: [String] = []) async throws -> Int
  {
    let body = JobPublication(files: [JobFile(name: "probes/a.yaml", text: text)], first: first)
    return try await server.fetch(
      "POST", path, AgentRoutesTests.manage, body: Array(try JSONEncoder().encode(body))
    ).status
  }

  @Test("Sixty agents join, are reconfigured one first and then all, refuse what is wrong, go back, and one is revoked")
  func fleet() async throws {
    let folder = try TemporaryFolder()
    let monitor = try await monitor(folder.path + "/monitor")
    try await TestServer.run(monitor: monitor, configure: AgentRoutesTests.configure) { server async throws in
      try await addSites(server)
      var agents: [AgentService] = []
      var keys: [String: String] = [:]
      for site in Self.sites {
        let key = try await AgentRoutesTests.join(site, server)
        keys[site] = key
        agents.append(try agent(site, key, server.base, folder.path))
      }
      func applied(_ versions: Int?..., but exceptions: [String: Int?] = [:]) async throws {
        for agent in agents {
          let wanted = exceptions[agent.site].map { [$0] } ?? versions
          try #require(
            await eventually { wanted.contains(agent.status.appliedJobs) },
            "\(agent.site) has \(String(describing: agent.status)), not \(wanted)")
        }
      }
      let last = try #require(Self.sites.last)

      #expect(try await jobs(server, Paths.jobs, "15") == 200)
      try await applied(1)
      #expect(try await jobs(server, Paths.jobs, "30", first: ["site1"]) == 200)
      try await applied(1, but: ["site1": 2])
      try #require(await eventually { await monitor.agents.statuses().contains { $0.appliedJobs == 2 } })
      #expect(try await jobs(server, Paths.jobPromotion) == 200)
      try await applied(2)

      // A set that the agents cannot read: named by file and line, and the last good one goes on.
      #expect(try await jobs(server, Paths.jobs, "thirty", first: ["site1"]) == 200)
      try #require(
        await eventually { agents[0].status.jobProblems.map(\.description) == ["probes/a.yaml:1: is no number."] })
      #expect(agents[0].status.appliedJobs == 2)
      try #require(
        await eventually { await monitor.agents.statuses().first { $0.site == "site1" }?.problems.first?.line == 1 })
      #expect(try await jobs(server, Paths.jobPromotion) == 409)
      #expect(try await jobs(server, Paths.jobRollback) == 200)

      // One that was tried and is given up again.
      #expect(try await jobs(server, Paths.jobs, "60", first: ["site2"]) == 200)
      try await applied(2, but: ["site2": 4])
      #expect(try await jobs(server, Paths.jobRollback) == 200)
      try await applied(2)

      // The monitor is not asked by an agent that starts: the last good set is on its disk.
      await agents[2].shutdown()
      agents[2] = try agent("site3", keys["site3"] ?? "", "https://localhost:1", folder.path)
      #expect(agents[2].status.appliedJobs == 2)

      // Revoked: it says so, keeps what it has, and the others go on.
      let reason = Array(try JSONEncoder().encode(RevocationBody(reason: "moved out")))
      #expect(
        try await server.fetch("DELETE", Paths.agent(of: last), AgentRoutesTests.manage, body: reason).status == 204)
      let revoked = try #require(agents.last)
      try await revoked.submit([record(last, 0, boot: 1)])
      try #require(await eventually { revoked.status.jobsError?.contains("moved out") == true })
      try #require(await eventually { revoked.status.deliveryError?.contains("moved out") == true })
      #expect(revoked.status.waitingRecords == 1)
      try await agents[0].submit([record("site1", 0, boot: 1)])
      try #require(await eventually { agents[0].status.deliveredRecords == 1 })

      let listed = try await server.fetch("GET", Paths.agents, AgentRoutesTests.manage).json([AgentStatus].self)
      #expect(listed.count == 60)
      #expect(listed.filter { $0.state == .active }.count == 59)
      #expect(listed.first { $0.site == last }?.reason == "moved out")
      #expect(listed.allSatisfy { $0.version == "\(ProgramVersion.current)" && $0.clock?.offsetSeconds != nil })
      await withTaskGroup(of: Void.self) { group in
        for agent in agents { group.addTask { await agent.shutdown() } }
      }
    }
  }

  /// Who measures whom, as each agent has applied it last.
  private final class Applied: Sendable {
    private let targets = Mutex<[String: [String]]>([:])

    func put(_ site: String, _ published: PublishedJobs) {
      let named = published.jobs.flatMap { $0.targets(from: site).map(\.id) }
      targets.withLock { $0[site] = named }
    }

    subscript(site: String) -> [String] { targets.withLock { $0[site] ?? [] } }
  }

  /// The paths of a mesh, as the configuration's reader makes them of every job.
  private static let readMesh: JobReader = { files throws(JobError) in
    let published = try PublishedJobs(files)
    return published.jobs.flatMap { job in
      published.sites.flatMap { site in
        job.targets(from: site.id).flatMap { target in
          job.streams(to: target, from: site.id).map { stream in
            ExpectedPath(
              path: Path(site: site.id, target: target.id, route: stream.route, label: stream.label),
              origin: .probe(kind: job.kind))
          }
        }
      }
    }
  }

  @Test(
    "Sixty agents are a mesh: each measures the hub and two neighbours, and the ring closes around who goes and comes")
  func mesh() async throws {
    let folder = try TemporaryFolder()
    let monitor = try await monitor(folder.path + "/monitor", read: Self.readMesh)
    try await TestServer.run(monitor: monitor, configure: AgentRoutesTests.configure) { server async throws in
      try await addSites(server)
      let applied = Applied()
      var agents: [AgentService] = []
      func join(_ site: String, _ folder: String) async throws {
        let key = try await AgentRoutesTests.join(site, server)
        agents.append(
          try agent(site, key, server.base, folder) { files throws(JobError) in
            applied.put(site, try PublishedJobs(files))
            return AgentConfiguration.Work()
          })
      }
      for site in Self.sites { try await join(site, folder.path) }
      #expect(try await jobs(server, Paths.jobs, "kind: stamp\nmesh: hq\n") == 200)
      for site in Self.sites { try #require(await eventually { applied[site].count == 3 }, "\(site)") }
      // By id, as added sites are listed: site1, site10, site11, …
      #expect(Set(applied["site10"]) == ["hq", "site1", "site11"])
      #expect(await monitor.agents.expectation.paths.count == 60 * (2 + 2))
      let version = await monitor.agents.jobs().current?.number

      // One goes: its neighbours measure each other, nobody else is told of other targets.
      let reason = Array(try JSONEncoder().encode(RevocationBody(reason: "moved out")))
      #expect(
        try await server.fetch("DELETE", Paths.agent(of: "site10"), AgentRoutesTests.manage, body: reason).status == 204
      )
      try #require(await eventually { Set(applied["site1"]) == ["hq", "site11", "site9"] })
      try #require(await eventually { Set(applied["site11"]) == ["hq", "site1", "site12"] })
      #expect(await monitor.agents.expectation.paths.count == 59 * (2 + 2))
      #expect(await monitor.agents.jobs().current?.number != version)
      #expect(await monitor.agents.jobs().previous == nil)

      // And comes again.
      try await join("site10", folder.path + "/again")
      try #require(await eventually { Set(applied["site1"]) == ["hq", "site10", "site9"] })
      try #require(await eventually { Set(applied["site10"]) == ["hq", "site1", "site11"] })
      await withTaskGroup(of: Void.self) { group in
        for agent in agents { group.addTask { await agent.shutdown() } }
      }
    }
  }

  @Test("The monitor is away for an hour and the agents restart meanwhile: every interval is there once")
  func outage() async throws {
    let folder = try TemporaryFolder()
    let sites = Array(Self.sites.prefix(12))
    // One run to let the agents in and to learn the port, which then is refused until the second run.
    let first = try await monitor(folder.path + "/monitor")
    let (keys, port) = try await TestServer.run(monitor: first, configure: AgentRoutesTests.configure) {
      server async throws in
      try await addSites(server)
      var keys: [String: String] = [:]
      for site in sites { keys[site] = try await AgentRoutesTests.join(site, server) }
      return (keys, try #require(server.base.split(separator: ":").last.flatMap { Int($0) }))
    }
    let address = "https://localhost:\(port)"

    // An hour is 240 intervals; each agent is restarted after every 80 of them.
    for run in 0..<3 {
      for site in sites {
        let agent = try agent(site, keys[site] ?? "", address, folder.path)
        try await agent.submit((run * 80..<(run + 1) * 80).map { record(site, $0, boot: UInt64(run)) })
        if run == 2, site == sites[0] {
          try #require(await eventually { agent.status.deliveryError != nil })
        }
        await agent.shutdown()
        #expect(agent.status.deliveredRecords == 0)
      }
    }
    // Back on the same port, with the agents once more, one of which dies while it delivers and comes again.
    let configure: @Sendable (inout WebConfiguration) -> Void = {
      AgentRoutesTests.configure(&$0)
      $0.port = port
    }
    try await TestServer.run(monitor: first, configure: configure) { server async throws in
      var agents: [AgentService] = []
      for site in sites { agents.append(try agent(site, keys[site] ?? "", address, folder.path)) }
      await agents[0].shutdown()
      agents[0] = try agent(sites[0], keys[sites[0]] ?? "", address, folder.path)
      for agent in agents { try #require(await eventually { agent.status.waitingRecords == 0 }, "\(agent.status)") }
      await withTaskGroup(of: Void.self) { group in
        for agent in agents { group.addTask { await agent.shutdown() } }
      }
    }
    for site in sites {
      let stored = try await first.history.records(
        judgedAs: PathRecord.Series(
          path: Path(site: site, target: "hq", route: .direct), origin: .probe(kind: "stamp")),
        starting: WallTime(seconds: 0)..<WallTime(seconds: 9_000_000_000))
      #expect(stored.map(\.id) == (0..<240).map { record(site, $0, boot: UInt64($0 / 80)).id })
    }
  }
}
