import API
import HTTPTypes
import Hummingbird
import Monitor

/// What dashboards ask for.
struct OverviewRoutes {
  let feed: OverviewFeed
  let streams: EventStreams
  let access: Access

  func add(to table: inout RouteTable) {
    table.get(Paths.overview, .operate) { _, _ in try JSONAnswer.response(await feed.overview()) }
    table.get(Paths.events, .operate) { request, context in
      let events = await feed.events(after: request.headers[.eventStreamID])
      return try streams.response(
        to: request, from: context.clientAddress, events: events, lasting: access.remainingTime(of: context.caller)
      ) { $0.wireForm }
    }
  }
}

/// Incidents, newest first: `?limit=` of them, 100 unless it says otherwise, 1,000 at most.
struct IncidentRoutes {
  let monitor: MonitorService

  func add(to table: inout RouteTable) {
    table.get(Paths.incidents, .operate) { request, _ in
      let limit = request.uri.queryParameters.get("limit").flatMap { Int($0) } ?? 100
      guard (1...1_000).contains(limit) else {
        throw Refusal.badRequest("The limit is from 1 to 1000.", ja: "limit は1～1000です。")
      }
      return try JSONAnswer.response(try await monitor.incidents(limit: limit).map(IncidentStatus.init))
    }
  }
}
