import API
import Fetch
import Foundation
import Testing

@testable import Web

@Suite struct PlannedWorkRoutesTests {
  /// The monitor's clock, see `TestMonitor`.
  private static let now = 1_800_000_000.0

  private func post(_ body: PlannedWorkBody, to server: TestServer) async throws -> FetchResponse {
    try await server.fetch(
      "POST", Paths.planned, AgentRoutesTests.manage, body: Array(try JSONEncoder().encode(body)))
  }

  @Test("Work is announced, listed, shown and taken back")
  func announced() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: AgentRoutesTests.configure) { server async throws in
      var work = PlannedWorkBody(from: Self.now + 60, to: Self.now + 3_660, reason: " 回線工事 ", scopes: ["tsu/hq"])
      let posted = try await post(work, to: server)
      #expect(posted.status == 200, "\(posted.text)")
      work.id = 1
      work.reason = "回線工事"
      #expect(try posted.json([PlannedWorkBody].self) == [work])
      #expect(try await server.fetch("GET", Paths.planned).json([PlannedWorkBody].self) == [work])
      #expect(try await server.fetch("GET", Paths.overview).json(Overview.self).planned == [work])
      let removed = try await server.fetch("DELETE", "\(Paths.planned)/1", AgentRoutesTests.manage)
      #expect(try removed.json([PlannedWorkBody].self) == [])
      #expect(try await server.fetch("DELETE", "\(Paths.planned)/1", AgentRoutesTests.manage).status == 404)
    }
  }

  @Test("Only who manages announces work, and what makes no sense is refused in a sentence")
  func refused() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: AgentRoutesTests.configure) { server async throws in
      let good = PlannedWorkBody(from: Self.now, to: Self.now + 60, reason: "work", scopes: [])
      let body = Array(try JSONEncoder().encode(good))
      #expect(
        try await server.fetch("POST", Paths.planned, ["Content-Type": "application/json"], body: body).status == 401)
      for change: (inout PlannedWorkBody) -> Void in [
        { $0.to = $0.from },
        {
          $0.from -= 900; $0.to = $0.from + 600
        }, { $0.to = $0.from + 32 * 86_400 },
        { $0.reason = " " }, { $0.reason = String(repeating: "x", count: 201) }, { $0.reason = "a\nb" },
        { $0.scopes = ["/hq"] }, { $0.scopes = Array(repeating: "tsu", count: 101) }, { $0.to = 1e300 },
        {
          $0.from += 401 * 86_400; $0.to = $0.from + 60
        }, { $0.scopes = ["nosuch"] }, { $0.scopes = ["tsu/nosuch"] }, { $0.scopes = ["../.."] },
      ] {
        var wrong = good
        change(&wrong)
        let answer = try await post(wrong, to: server)
        #expect(answer.status == 400 && answer.errorCode == .badRequest, "\(wrong): \(answer.text)")
      }
      var unknown = good
      unknown.scopes = ["tsu/nosuch"]
      let answer = try await post(unknown, to: server)
      let names = await monitor.service.siteIDs.joined(separator: ", ")
      #expect(
        answer.text.contains("no site \\\"nosuch\\\"") && answer.text.contains("The sites are: \(names)."),
        "\(answer.text)")
    }
  }
}
