import API
import Fetch
import Foundation
import Logging
import Relay
import Testing

@testable import Web

@Suite struct AccessTests {
  /// A relay and a monitor behind keys.
  private func withKeys(_ test: @escaping @Sendable (TestServer, [RouteTable.Entry]) async throws -> Void) async throws
  {
    var configuration = RelayConfiguration()
    configuration.listen = [.loopbackV4]
    configuration.basePort = 0
    configuration.workers = 1
    let relay = try RelayService(configuration: configuration)
    let monitor = try await TestMonitor()
    let entries = Routes(
      configuration: WebConfiguration(host: "", port: 0, certificatePath: "", privateKeyPath: ""), relay: relay,
      monitor: monitor.service, logger: Logger(label: "web")
    ).table().entries
    let outcome: Result<Void, any Error>
    do {
      try await TestServer.run(relay: relay, monitor: monitor.service, configure: { $0.keys = TestKeys.keys }) {
        try await test($0, entries)
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    await relay.shutdown()
    try outcome.get()
  }

  private static func filled(_ path: String) -> String {
    path.replacing(":room", with: "a").replacing(":participant", with: "p").replacing(":resource", with: "r")
  }

  @Test("Only the page, its files, liveness and a browser's preflight are open")
  func openRoutes() async throws {
    try await withKeys { _, entries in
      let open = Set(entries.filter { $0.rule == .open && $0.method != .head }.map { "\($0.method) \($0.path)" })
      let expected =
        ["GET /", "GET /r/:room", "GET /v1/health"] + PageRoutes.files.keys.map { "GET /pages/\($0)" }
        + ["/whip", "/whep"].flatMap { ["OPTIONS \($0)/:room", "OPTIONS \($0)/:room/:resource"] }
      #expect(open == Set(expected))
    }
  }

  @Test("With keys, every other address refuses who has no token, a foreign one, an old one, or one for something else")
  func refused() async throws {
    try await withKeys { server, entries in
      // What asks for a one-time code asks for no token.
      let closed = entries.filter { $0.rule != .open && $0.rule != .enrolment }
      #expect(closed.count > 20)
      for entry in closed {
        func code(_ token: String?) async throws -> (status: Int, code: ErrorCode?, challenge: String?) {
          // HEAD has no body to hold a code.
          let method = entry.method == .head ? "GET" : entry.method.rawValue
          let headers = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
          let response = try await server.fetch(method, Self.filled(entry.path), headers)
          return (response.status, response.errorCode, response.header("WWW-Authenticate"))
        }
        let none = try await code(nil)
        #expect(none.status == 401 && none.code == .unauthorized && none.challenge?.contains("error=") == false)
        guard entry.rule != .participant else {
          // The bearer is then a participant's secret, and nobody has this one.
          #expect(try await code(TestKeys.token(Set(AccessScope.allCases), room: "*")).code == .participantGone)
          continue
        }
        let foreign = try await code("eyJhbGciOiJIUzI1NiJ9.e30.AAAA")
        #expect(foreign.status == 401 && foreign.code == .tokenInvalid)
        #expect(foreign.challenge?.contains(#"error="invalid_token""#) == true)
        let old = try await code(TestKeys.token(Set(AccessScope.allCases), room: "*", validFor: .seconds(-31)))
        #expect(old.status == 401 && old.code == .tokenExpired)
        let unfit = try await code(TestKeys.token([], room: "a", site: "tsu"))
        #expect(unfit.status == 403 && unfit.code == .forbidden)
        #expect(unfit.challenge?.contains(#"error="insufficient_scope""#) == true)
      }
    }
  }

  @Test("Each scope opens its own addresses, in its own room")
  func scopes() async throws {
    try await withKeys { server, _ in
      let addresses: [(method: String, path: String, scopes: Set<AccessScope>)] = [
        ("GET", "/v1/rooms/a", [.join, .rejoin]), ("POST", "/v1/rooms/a/participants", [.join, .rejoin]),
        ("GET", "/whip/a", [.publish]), ("POST", "/whip/a", [.publish]), ("DELETE", "/whip/a/r", [.publish]),
        ("GET", "/whep/a", [.view]), ("PATCH", "/whep/a/r", [.view]),
        ("GET", Paths.overview, [.operate, .manage]), ("GET", Paths.incidents, [.operate, .manage]),
        ("GET", Paths.metrics, [.operate, .manage]), ("GET", Paths.agents, [.operate, .manage]),
        ("GET", Paths.jobs, [.operate, .manage]), ("GET", Paths.sites, [.manage]), ("PUT", Paths.sites, [.manage]),
        ("POST", "/v1/sites/tsu/code", [.manage]), ("DELETE", "/v1/agents/tsu", [.manage]),
        ("POST", Paths.jobs, [.manage]), ("POST", Paths.jobPromotion, [.manage]),
        ("POST", Paths.jobRollback, [.manage]),
        ("POST", Paths.records, [.agent]),
      ]
      for (method, path, scopes) in addresses {
        let isOfRoom = path.hasPrefix("/v1/rooms") || path.hasPrefix("/wh")
        for scope in AccessScope.allCases {
          for room in isOfRoom && scopes.contains(scope) ? ["a", "*", "b", nil] : ["*"] {
            let token = TestKeys.token([scope], room: room, site: "tsu")
            let response = try await server.fetch(method, path, ["Authorization": "Bearer \(token)"])
            let fits = scopes.contains(scope) && (!isOfRoom || room == "a" || room == "*")
            #expect((response.status == 403) == !fits, "\(method) \(path) with \(scope) in \(room ?? "none")")
            #expect(response.status != 401)
          }
        }
      }
    }
  }

  @Test("Who joins by an invitation is called as it says, and gets a pass that lets them back in but gives no new pass")
  func passes() async throws {
    try await withKeys { server, _ in
      func join(_ token: String, as name: String) async throws -> JoinedBody {
        let response = try await server.fetch(
          "POST", "/v1/rooms/a/participants",
          ["Content-Type": "application/json", "Authorization": "Bearer \(token)"],
          body: Array(try JSONEncoder().encode(JoinBody(name: name, offer: TestOffer.meeting))))
        try #require(response.status == 201, "\(response.text)")
        return try response.json(JoinedBody.self)
      }
      let invitation = TestKeys.token([.join], room: "a", name: "山田")
      let entrance = try await server.fetch("GET", "/v1/rooms/a", ["Authorization": "Bearer \(invitation)"])
      #expect(try entrance.json(EntranceBody.self) == EntranceBody(isOpen: false, name: "山田"))
      let pass = try #require(try await join(invitation, as: "佐藤").pass)
      let claims = try AccessToken.claims(of: pass, keys: TestKeys.keys, at: TestKeys.now)
      #expect(claims.scopes == [.rejoin] && claims.room == "a" && claims.name == "山田")
      let back = try await join(pass, as: "佐藤")
      #expect(back.pass == nil)
      // The participant's own secret is what counts from here on.
      let left = try await server.fetch("DELETE", back.resource, ["Authorization": "Bearer \(back.token)"])
      #expect(left.status == 204)
    }
  }

  @Test("Without keys rooms, dashboards and figures are open, and nobody is handed a pass")
  func withoutKeys() async throws {
    try await TestServer.runRelay { server in
      let entrance = try await server.fetch("GET", "/v1/rooms/a", ["Authorization": "Bearer whatever"])
      #expect(try entrance.json(EntranceBody.self) == EntranceBody(isOpen: true, name: nil))
      #expect(try await server.join("a", as: "A").pass == nil)
      for path in [Paths.overview, Paths.metrics] {
        #expect(try await server.fetch("GET", path).status == 200)
      }
    }
  }

  @Test("A dashboard's stream ends when its token does")
  func streamEnds() async throws {
    try await withKeys { server, _ in
      // Some seconds are left of the tolerance: enough to be let in on a busy machine.
      let token = TestKeys.token([.operate], validFor: .seconds(-24))
      var events = server.events(Paths.events, ["Authorization": "Bearer \(token)"]).makeAsyncIterator()
      #expect(try await events.next()?.name == DashboardEventName.overview.rawValue)
      while try await events.next() != nil {}
    }
  }

  @Test("Refusals are counted by their reason, and a page of another origin may read them")
  func told() async throws {
    try await withKeys { server, _ in
      let response = try await server.fetch("POST", "/whip/a")
      #expect(response.status == 401)
      #expect(response.header("Access-Control-Allow-Origin") == "*")
      #expect(response.header("Access-Control-Expose-Headers")?.contains("WWW-Authenticate") == true)
      let metrics = try await server.fetch(
        "GET", Paths.metrics, ["Authorization": "Bearer \(TestKeys.token([.operate]))"])
      #expect(metrics.text.contains("kakehashi_refused_requests_total{reason=\"unauthorized\"} 1\n"))
    }
  }
}
