import API
import Testing

@testable import Web

@Suite struct MonthRoutesTests {
  @Test("A month is asked for as it is written; what is none is refused")
  func months() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service) { server async throws in
      #expect(try await server.fetch("GET", Paths.months).json([SiteMonthBody].self) == [])
      #expect(try await server.fetch("GET", Paths.months + "?month=2026-11").status == 200)
      let wrong = try await server.fetch("GET", Paths.months + "?month=2026-13")
      #expect(wrong.status == 400 && wrong.errorCode == .badRequest)
    }
  }
}
