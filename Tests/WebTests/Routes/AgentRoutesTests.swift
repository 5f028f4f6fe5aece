import API
import Fetch
import Foundation
import Measurement
import Monitor
import Testing
import Wire

@testable import Web

@Suite struct AgentRoutesTests {
  static let manage = ["Authorization": "Bearer manage", "Content-Type": "application/json"]

  static func configure(_ configuration: inout WebConfiguration) {
    configuration.manageToken = "manage"
    configuration.agentToken = "shared"
  }

  private func agent(_ key: String, type: String = "application/json") -> [String: String] {
    ["Authorization": "Bearer \(key)", "Content-Type": type, ProgramVersion.headerName: "\(ProgramVersion.current)"]
  }

  private func records(_ site: String) -> [UInt8] {
    PathRecordCodec.encode(
      PathRecord(
        id: PathRecord.ID(
          agent: site, boot: 7, path: Path(site: site, target: "hq", route: .direct), origin: .probe(kind: "stamp"),
          intervalStart: WallTime(seconds: 1_799_999_000)),
        length: .seconds(15)))
  }

  private static func bytes(_ body: some Encodable) throws -> [UInt8] { Array(try JSONEncoder().encode(body)) }

  /// Has a site's agent join; its key.
  static func join(_ site: String, _ server: TestServer) async throws -> String {
    let code = try await server.fetch(
      "POST", Paths.code(of: site), manage, body: bytes(CodeRequestBody(validSeconds: 600)))
    try #require(code.status == 200, "\(code.text)")
    let body = EnrolmentBody(code: try code.json(CodeBody.self).code, isTrial: false)
    let enrolled = try await server.fetch(
      "POST", Paths.enrolments, ["Content-Type": "application/json"], body: bytes(body))
    try #require(enrolled.status == 200, "\(enrolled.text)")
    return try #require(try enrolled.json(EnrolledBody.self).key)
  }

  @Test("An agent's own key delivers its site's records and reports for it, and for no other")
  func ownSite() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: Self.configure) { server async throws in
      let key = try await Self.join("tsu", server)
      for (site, status) in [("tsu", 204), ("hq", 422)] {
        let delivered = try await server.fetch(
          "POST", Paths.records, agent(key, type: MediaTypes.records), body: records(site))
        #expect(delivered.status == status, "\(delivered.text)")
      }
      for (site, status) in [("tsu", 204), ("hq", 403)] {
        let reported = try await server.fetch(
          "POST", Paths.agentReport, agent(key), body: Self.bytes(AgentReport(site: site)))
        #expect(reported.status == status)
      }
      // It entitles to nothing else.
      for (method, path) in [("PUT", Paths.sites), ("GET", Paths.sites), ("POST", Paths.jobs)] {
        #expect(try await server.fetch(method, path, agent(key)).status == 401)
      }
      let wrong = try await server.fetch(
        "POST", Paths.agentReport, agent("kakehashi-agent-00"), body: Self.bytes(AgentReport(site: "tsu")))
      #expect(wrong.status == 401 && wrong.errorCode == .tokenInvalid)
    }
  }

  @Test("What an agent says of itself commands no terminal, and figures that cannot be are refused")
  func hostileReport() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: Self.configure) { server async throws in
      let key = try await Self.join("tsu", server)
      let report = AgentReport(
        site: "tsu", problems: [JobProblem(file: "a\u{1b}]0;x\u{7}", message: "b\u{202e}c\nd")],
        clock: AgentClock(isSynchronized: true, source: "\u{1b}[2J"))
      let taken = try await server.fetch("POST", Paths.agentReport, agent(key), body: Self.bytes(report))
      #expect(taken.status == 204, "\(taken.text)")
      func status() async throws -> AgentStatus? {
        try await server.fetch("GET", Paths.agents, Self.manage).json([AgentStatus].self).first { $0.site == "tsu" }
      }
      let shown = try await status()
      #expect(shown?.problems == [JobProblem(file: "a\u{fffd}]0;x\u{fffd}", message: "b\u{fffd}c\u{fffd}d")])
      #expect(shown?.clock?.source == "\u{fffd}[2J")
      for wrong in [
        AgentReport(site: "tsu", appliedJobs: -7), AgentReport(site: "tsu", rejectedJobs: 0),
        AgentReport(site: "tsu", records: .init(waiting: -1)),
        AgentReport(site: "tsu", clock: AgentClock(offsetSeconds: 1e300)),
      ] {
        let refused = try await server.fetch("POST", Paths.agentReport, agent(key), body: Self.bytes(wrong))
        #expect(refused.status == 422, "\(refused.text)")
      }
      #expect(try await status()?.appliedJobs == nil)
      let reason = RevocationBody(reason: "stolen\u{1b}[31m")
      let revoked = try await server.fetch("DELETE", Paths.agent(of: "tsu"), Self.manage, body: Self.bytes(reason))
      #expect(revoked.status < 300, "\(revoked.text)")
      #expect(try await status()?.reason == "stolen\u{fffd}[31m")
    }
  }

  @Test("The overview has every agent, with what it applies and the last minute it was heard")
  func overview() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: Self.configure) { server async throws in
      #expect(try await server.fetch("GET", Paths.overview).json(Overview.self).agents == nil)
      let key = try await Self.join("tsu", server)
      let report = AgentReport(
        site: "tsu", appliedJobs: 3, clock: AgentClock(isSynchronized: true, source: "chrony", offsetSeconds: 0.1),
        records: .init(waiting: 5))
      _ = try await server.fetch("POST", Paths.agentReport, agent(key), body: Self.bytes(report))
      let status = try #require(try await server.fetch("GET", Paths.overview).json(Overview.self).agents?.first)
      #expect(status.site == "tsu" && status.state == .active && status.appliedJobs == 3)
      #expect(status.clock == AgentClock(isSynchronized: true, source: "chrony"))
      #expect(status.seenAt == 1_800_000_000 && status.records == nil)
    }
  }

  @Test("A revoked agent is told so with the reason wherever it shows its key")
  func revoked() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: Self.configure) { server async throws in
      let key = try await Self.join("tsu", server)
      let revoked = try await server.fetch(
        "DELETE", Paths.agent(of: "tsu"), Self.manage,
        body: Self.bytes(RevocationBody(reason: "the machine was stolen")))
      #expect(revoked.status == 204)
      for (path, type, body) in [
        (Paths.records, MediaTypes.records, records("tsu")),
        (Paths.agentReport, "application/json", try Self.bytes(AgentReport(site: "tsu"))),
      ] {
        let refused = try await server.fetch("POST", path, agent(key, type: type), body: body)
        #expect(refused.status == 403 && refused.errorCode == .agentRevoked)
        #expect(refused.text.contains("the machine was stolen"))
      }
      let again = try await server.fetch("DELETE", Paths.agent(of: "tsu"), Self.manage, body: Array("{}".utf8))
      #expect(again.status == 409)
    }
  }

  @Test("Managing asks for its own token, with and without keys")
  func managing() async throws {
    let monitor = try await TestMonitor()
    for keys in [nil, TestKeys.keys] {
      let configure: @Sendable (inout WebConfiguration) -> Void = {
        Self.configure(&$0)
        $0.keys = keys
      }
      try await TestServer.run(monitor: monitor.service, configure: configure) { server async throws in
        func status(_ token: String?) async throws -> Int {
          try await server.fetch("GET", Paths.sites, token.map { ["Authorization": "Bearer \($0)"] } ?? [:]).status
        }
        #expect(try await status(nil) == 401)
        #expect(try await status("shared") == 401)
        #expect(try await status("manage") == 200)
        #expect(try await status(TestKeys.token([.manage])) == (keys == nil ? 401 : 200))
        #expect(try await status(TestKeys.token([.operate])) == (keys == nil ? 401 : 403))
      }
    }
  }

  @Test("Codes are tried so often from one address, and no more")
  func attempts() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: Self.configure) { server async throws in
      let body = try Self.bytes(EnrolmentBody(code: "2222-2222-2222", isTrial: false))
      var statuses: [Int: Int] = [:]
      for _ in 0..<(AttemptLimiter.burst * 2) where statuses[429] == nil {
        let response = try await server.fetch(
          "POST", Paths.enrolments, ["Content-Type": "application/json"], body: body)
        statuses[response.status, default: 0] += 1
      }
      #expect(Set(statuses.keys) == [403, 429])
      #expect(statuses[403] ?? 0 >= AttemptLimiter.burst)
    }
  }

  @Test("An agent that is too old is told what to install; one that says no version is of the first that has one")
  func versions() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: Self.configure) { server async throws in
      for (version, isTaken) in [(nil, true), ("0.1.0", true), ("0.0.9", true), ("9.0.0", false), ("old", false)] {
        var headers = ["Authorization": "Bearer shared", "Content-Type": MediaTypes.records]
        headers[ProgramVersion.headerName] = version
        let response = try await server.fetch("POST", Paths.records, headers, body: records("tsu"))
        #expect(response.status == (isTaken ? 204 : 426), "\(version ?? "none")")
        #expect(isTaken || response.errorCode == .agentOutdated)
      }
    }
  }

  @Test("What agents of 0.1 send is understood: recorded requests", arguments: ["records", "report", "enrolment"])
  func recorded(name: String) async throws {
    let monitor = try await TestMonitor()
    let recorded = try RecordedRequest(TestServer.vectors + "/agent-0.1/\(name).http")
    try await TestServer.run(monitor: monitor.service, configure: Self.configure) { server async throws in
      let response = try await server.fetch(recorded.method, recorded.path, recorded.headers, body: recorded.body)
      // A code that was never given out is refused as one: the request itself was understood.
      #expect(response.status == (name == "enrolment" ? 403 : 204), "\(response.text)")
      #expect(name != "enrolment" || response.errorCode == .codeInvalid)
    }
    if name == "report" {
      let status = try #require(await monitor.service.agents.statuses().first)
      #expect(status.site == "tsu" && status.appliedJobs == 3 && status.version == "0.1.0")
      #expect(status.clock?.source == "chrony" && status.problems.map(\.line) == [2])
    }
  }
}

/// A request as it was on the wire: a line, headers, an empty line, and the body, which is hexadecimal where it is
/// binary.
struct RecordedRequest: Sendable {
  var method: String
  var path: String
  var headers: [String: String] = [:]
  var body: [UInt8]

  init(_ file: String) throws {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let parts = text.split(separator: "\n\n", maxSplits: 1)
    let lines = parts[0].split(separator: "\n")
    let words = lines[0].split(separator: " ")
    (method, path) = (String(words[0]), String(words[1]))
    for line in lines.dropFirst() {
      let pair = line.split(separator: ":", maxSplits: 1)
      headers[String(pair[0])] = pair[1].trimmingCharacters(in: .whitespaces)
    }
    let content = parts[1].trimmingCharacters(in: .whitespacesAndNewlines)
    if headers["Content-Type"] == MediaTypes.records {
      let digits = Array(content.utf8.filter { $0 != 10 })
      body = try stride(from: 0, to: digits.count, by: 2).map { place in
        try #require(UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16))
      }
    } else {
      body = Array(content.utf8)
    }
  }
}
