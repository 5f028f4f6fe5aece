import API
import Measurement
import Testing
import Wire

@testable import Monitor

@Suite("Sites, agents and jobs at the monitor")
struct AgentRegistryTests {
  private let bench: Bench

  init() throws {
    bench = try Bench()
  }

  /// A job set's lines are the sites that measure "hq"; a line "wrong" is a mistake.
  private static let read: JobReader = { files throws(JobError) in
    var paths: [ExpectedPath] = []
    for file in files.dropFirst() {
      for (index, line) in file.text.split(separator: "\n").enumerated() {
        guard line != "wrong" else {
          throw JobError([JobProblem(file: file.name, line: index + 1, message: "is wrong.")])
        }
        paths.append(
          ExpectedPath(
            path: Path(site: String(line), target: "hq", route: .direct), origin: .probe(kind: "stamp")))
      }
    }
    return paths
  }

  private func monitor() async throws -> MonitorService {
    try await bench.monitor {
      $0.readJobs = Self.read
      $0.hub = "hq"
      $0.sites[0].reflector = Endpoint("192.0.2.1:862")
    }
  }

  private func site(_ id: String, _ networks: String...) -> SiteBody {
    SiteBody(id: id, name: LocalizedName(ja: id, en: id), networks: networks)
  }

  private func report(_ site: String, applied: Int? = nil, rejected: Int? = nil) -> AgentReport {
    AgentReport(site: site, appliedJobs: applied, rejectedJobs: rejected)
  }

  private func jobs(_ text: String) -> [JobFile] { [JobFile(name: "probes/a.yaml", text: text)] }

  @Test("A code gives a key for its site; a trial tells what it is for and leaves it")
  func enrol() async throws {
    let registry = try await monitor().agents
    try await registry.put([site("ise", "10.9.0.0/16")])
    let code = try await registry.makeCode(for: "ise", validFor: .seconds(3_600))
    for _ in 0..<2 {
      let trial = try await registry.enrol(EnrolmentBody(code: code.code.lowercased(), isTrial: true))
      #expect(trial.site.id == "ise" && trial.key == nil)
      #expect(trial.hub == EnrolledBody.Hub(site: "hq", reflector: "192.0.2.1:862"))
    }
    let key = try #require(try await registry.enrol(EnrolmentBody(code: code.code, isTrial: false)).key)
    guard case .active("ise", _) = registry.bearer(of: key) else {
      Issue.record("the key is not known")
      return
    }
    #expect(registry.bearer(of: key + "0") == nil)
    let again = await #expect(throws: RegistryError.self) {
      try await registry.enrol(EnrolmentBody(code: code.code, isTrial: true))
    }
    #expect(again?.reason == .codeInvalid)
    #expect(IPAddress("10.9.0.1").flatMap { registry.site(of: $0) } == "ise")
  }

  @Test(
    "Where jobs follow from who is where, they are published anew as sites and agents come and go; going back stays")
  func followsSites() async throws {
    // Every site that has an agent measures "hq".
    let monitor = try await bench.monitor {
      $0.readJobs = { files throws(JobError) in
        files[0].text.split(separator: "\n").compactMap { line in
          guard let id = line.firstMatch(of: /id: "([a-z]+)"/)?.1, !line.contains("agent: false") else { return nil }
          return ExpectedPath(
            path: Path(site: String(id), target: "hq", route: .direct), origin: .probe(kind: "stamp"))
        }
      }
    }
    let registry = monitor.agents
    func paths() async -> Set<String> { Set(await registry.expectation.paths.map(\.series.path.site)) }
    _ = try await registry.publish(JobPublication(files: jobs("old"), first: []))
    _ = try await registry.publish(JobPublication(files: jobs("new"), first: []))
    let configured = await paths()
    // Without an agent nothing follows from a new site.
    try await registry.put([site("ise", "10.9.0.0/16")])
    #expect(await registry.jobs().current?.number == 2)
    let code = try await registry.makeCode(for: "ise", validFor: .seconds(3_600)).code
    _ = try await registry.enrol(EnrolmentBody(code: code, isTrial: false))
    #expect(await registry.jobs().current?.number == 3)
    #expect(await paths() == configured.union(["ise"]))
    #expect(await registry.jobs().previous?.number == 1)
    try await registry.revoke("ise", because: nil)
    #expect(await registry.jobs().current?.number == 4)
    #expect(await paths() == configured)
    // What is gone back to has the sites of today.
    _ = try await registry.rollBack()
    #expect(await registry.jobs().current?.number == 1)
  }

  @Test("Of two who use a code at the same time one gets a key")
  func race() async throws {
    let registry = try await monitor().agents
    let code = try await registry.makeCode(for: "tsu", validFor: .seconds(3_600)).code
    let keys = await withTaskGroup(of: String?.self) { group in
      for _ in 0..<8 {
        group.addTask { try? await registry.enrol(EnrolmentBody(code: code, isTrial: false)).key }
      }
      return await group.reduce(into: [String]()) { if let key = $1 { $0.append(key) } }
    }
    #expect(keys.count == 1)
  }

  @Test("A code expires, and gives way to another of its site")
  func expiry() async throws {
    let registry = try await monitor().agents
    let first = try await registry.makeCode(for: "tsu", validFor: .seconds(60))
    let second = try await registry.makeCode(for: "tsu", validFor: .seconds(60))
    await #expect(throws: RegistryError.self) {
      try await registry.enrol(EnrolmentBody(code: first.code, isTrial: true))
    }
    bench.advance(to: 59)
    _ = try await registry.enrol(EnrolmentBody(code: second.code, isTrial: true))
    bench.advance(to: 60)
    await #expect(throws: RegistryError.self) {
      try await registry.enrol(EnrolmentBody(code: second.code, isTrial: false))
    }
    await #expect(throws: RegistryError.self) { try await registry.makeCode(for: "kuki", validFor: .seconds(60)) }
  }

  @Test("A revoked key is refused with the reason, a replaced one too, also after a restart")
  func refusedKeys() async throws {
    var keys: [String] = []
    do {
      let registry = try await monitor().agents
      for site in ["hq", "tsu", "tsu"] {
        let code = try await registry.makeCode(for: site, validFor: .seconds(60)).code
        keys.append(try #require(try await registry.enrol(EnrolmentBody(code: code, isTrial: false)).key))
      }
      try await registry.revoke("hq", because: "stolen")
      await #expect(throws: RegistryError.self) { try await registry.revoke("hq", because: nil) }
    }
    let registry = try await monitor().agents
    #expect(registry.bearer(of: keys[0]) == .ended(site: "hq", reason: "stolen"))
    #expect(registry.bearer(of: keys[1]) == .ended(site: "tsu", reason: EndReason.replaced.rawValue))
    guard case .active("tsu", _) = registry.bearer(of: keys[2]) else {
      Issue.record("the newest key is not known")
      return
    }
    #expect(await registry.statuses().map(\.state) == [.revoked, .active])
  }

  @Test("Of sites that nobody configured so many reports are remembered, and those of the others always")
  func inventedSites() async throws {
    let registry = try await monitor().agents
    for number in 0..<AgentRegistry.reportCapacity {
      _ = try await registry.take(report("invented-\(number)"), ofKey: nil, version: .current)
    }
    await #expect(throws: RegistryError.unknownSite("one-more")) {
      try await registry.take(report("one-more"), ofKey: nil, version: .current)
    }
    _ = try await registry.take(report("invented-7"), ofKey: nil, version: .current)
    _ = try await registry.take(report("tsu"), ofKey: nil, version: .current)
  }

  @Test("Jobs go to one site, are promoted once it has applied them, and go one step back")
  func rollout() async throws {
    let registry = try await monitor().agents
    func wanted(_ site: String, applied: Int? = nil, rejected: Int? = nil) async throws -> Int? {
      try await registry.take(
        report(site, applied: applied, rejected: rejected), ofKey: nil, version: .current)?.version
    }
    #expect(try await wanted("tsu") == nil)
    #expect(try await wanted("hq") == nil)
    _ = try await registry.publish(JobPublication(files: jobs("tsu\n"), first: []))
    #expect(try await wanted("tsu") == 1)
    #expect(try await wanted("tsu", applied: 1) == nil)
    _ = try await registry.publish(JobPublication(files: jobs("tsu\nhq\n"), first: ["tsu"]))
    #expect(try await wanted("tsu", applied: 1) == 2)
    #expect(try await wanted("hq", applied: 1) == nil)
    let early = await #expect(throws: RegistryError.self) { try await registry.promote() }
    #expect(early?.reason == .conflict)
    // One that says it cannot is not told again and again.
    #expect(try await wanted("tsu", applied: 1, rejected: 2) == nil)
    await #expect(throws: RegistryError.self) { try await registry.promote() }
    #expect(try await wanted("tsu", applied: 2) == nil)
    #expect(try await registry.promote().current?.number == 2)
    #expect(try await wanted("hq", applied: 1) == 2)
    #expect(try await registry.rollBack().current?.number == 1)
    #expect(try await wanted("hq", applied: 2) == 1)
    await #expect(throws: RegistryError.self) { try await registry.rollBack() }
    // A trial that is given up sends its site back.
    _ = try await registry.publish(JobPublication(files: jobs("hq\n"), first: ["tsu"]))
    #expect(try await wanted("tsu", applied: 1) == 3)
    let back = try await registry.rollBack()
    #expect(back.trial == nil && back.current?.number == 1)
    #expect(try await wanted("tsu", applied: 3) == 1)
  }

  @Test("Wrong jobs are refused with file and line, and nothing changes; a version is used once")
  func wrongJobs() async throws {
    let registry = try await monitor().agents
    let error = await #expect(throws: RegistryError.self) {
      try await registry.publish(JobPublication(files: jobs("tsu\nwrong\n"), first: []))
    }
    #expect(error?.reason == .badJobs && error?.description == "probes/a.yaml:2: is wrong.")
    #expect(await registry.jobs() == JobRollout())
    for name in ["probes/../a.yaml", "a.yaml", "probes/a", "/probes/a.yaml", "sites.yaml"] {
      await #expect(throws: RegistryError.self) {
        try await registry.publish(JobPublication(files: [JobFile(name: name, text: "tsu")], first: []))
      }
    }
    let long = JobFile(name: "probes/a.yaml", text: String(repeating: "a", count: JobSet.maximumBytes))
    await #expect(throws: RegistryError.self) {
      try await registry.publish(JobPublication(files: [long], first: []))
    }
    await #expect(throws: RegistryError.self) {
      try await registry.publish(JobPublication(files: jobs("tsu"), first: ["tsu"]))
    }
  }

  @Test("The monitor expects what is published, of added sites once they have an agent, and after a restart")
  func expectation() async throws {
    do {
      let registry = try await monitor().agents
      #expect(await registry.expectation.paths == bench.configuration.paths)
      try await registry.put([site("ise")])
      _ = try await registry.publish(JobPublication(files: jobs("hq\nise\n"), first: []))
      #expect(await registry.expectation.paths.map(\.series.path.site) == ["hq"])
      let code = try await registry.makeCode(for: "ise", validFor: .seconds(60)).code
      _ = try await registry.enrol(EnrolmentBody(code: code, isTrial: false))
      #expect(await registry.expectation.paths.map(\.series.path.site) == ["hq", "ise"])
      _ = try await registry.publish(JobPublication(files: jobs("tsu\nise\n"), first: ["ise"]))
      #expect(await registry.expectation.paths.map(\.series.path.site) == ["hq", "ise"])
    }
    let restarted = try await monitor()
    let snapshot = await restarted.snapshot()
    #expect(snapshot.sites.map(\.site.id) == ["hq", "tsu", "ise"])
    #expect(Set(snapshot.paths.map(\.path.site)) == ["hq", "ise"])
    try await restarted.agents.revoke("ise", because: nil)
    #expect(await restarted.agents.expectation.paths.map(\.series.path.site) == ["hq"])
  }

  @Test("What an agent said last of itself is there after a restart")
  func reports() async throws {
    let key: String
    do {
      let registry = try await monitor().agents
      let code = try await registry.makeCode(for: "tsu", validFor: .seconds(60)).code
      key = try #require(try await registry.enrol(EnrolmentBody(code: code, isTrial: false)).key)
      guard case .active(_, let digest) = registry.bearer(of: key) else {
        Issue.record("the key is not known")
        return
      }
      var own = report("tsu", applied: 4)
      own.clock = AgentClock(isSynchronized: true, source: "chrony", offsetSeconds: 0.25)
      _ = try await registry.take(own, ofKey: digest, version: ProgramVersion(major: 0, minor: 1, patch: 9))
    }
    let status = try #require(try await monitor().agents.statuses().first)
    #expect(status.site == "tsu" && status.state == .active)
    #expect(status.appliedJobs == 4 && status.version == "0.1.9" && status.clock?.source == "chrony")
    #expect(status.seenAt == Double(Bench.start.nanoseconds / 1_000_000_000))
  }
}
