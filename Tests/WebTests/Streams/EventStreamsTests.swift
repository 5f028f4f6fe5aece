import API
import Foundation
import Testing

@testable import Web

@Suite struct EventStreamsTests {
  @Test("A dashboard's stream begins with the overview, and one that has it already waits for a change")
  func overviewResumes() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service) { server in
      var events = server.events(Paths.events).makeAsyncIterator()
      let first = try #require(try await events.next())
      #expect(first.name == DashboardEventName.overview.rawValue)
      let overview = try JSONDecoder().decode(Overview.self, from: Data(first.data.utf8))
      #expect(overview.version == 1)
      let id = try #require(first.id)
      // With another epoch's id the whole picture comes again.
      var other = server.events(Paths.events, ["Last-Event-ID": "1-1"]).makeAsyncIterator()
      #expect(try await other.next()?.id == id)
    }
  }

  @Test("Open streams end at graceful shutdown, and the server with them")
  func gracefulShutdown() async throws {
    let monitor = try await TestMonitor()
    let ended = try await TestServer.run(monitor: monitor.service) { server in
      var events = server.events(Paths.events).makeAsyncIterator()
      _ = try await events.next()
      await server.group.triggerGracefulShutdown()
      // The library may close the connection behind the stream's last frame, which the client then calls lost.
      return (try? await events.next()) == nil
    }
    #expect(ended)
  }

  @Test("A client that keeps an idle connection does not keep the server")
  func idleConnection() async throws {
    let monitor = try await TestMonitor()
    let fetcher = try await TestServer.run(monitor: monitor.service, closesClient: false) { server in
      _ = try await server.fetch("GET", Paths.health)
      return server.fetcher
    }
    fetcher.shutdown()
  }

  @Test("More streams than the bound are refused with Retry-After")
  func bound() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: { $0.maximumDashboards = 1 }) { server in
      var events = server.events(Paths.events).makeAsyncIterator()
      _ = try await events.next()
      let refused = try await server.fetch("GET", Paths.events)
      #expect(refused.status == 503)
      #expect(refused.errorCode == .tooManyListeners)
      #expect(refused.header("Retry-After") == "60")
    }
  }
}
