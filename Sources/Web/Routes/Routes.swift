import API
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Monitor
import Relay

/// All addresses of the server, by role.
struct Routes: Sendable {
  let configuration: WebConfiguration
  let relay: RelayService?
  let monitor: MonitorService?
  let logger: Logger
  let streams: EventStreams
  let feed: OverviewFeed

  init(configuration: WebConfiguration, relay: RelayService?, monitor: MonitorService?, logger: Logger) {
    self.configuration = configuration
    self.relay = relay
    self.monitor = monitor
    self.logger = logger
    streams = EventStreams(limit: configuration.maximumEventStreams)
    let source = OverviewSource(relay: relay, monitor: monitor)
    feed = OverviewFeed { await source.overview() }
  }

  func router() -> Router<WebContext> {
    let router = Router(context: WebContext.self)
    router.add(middleware: SecurityHeaders())
    router.add(middleware: ErrorAnswers(logger: logger))
    var table = RouteTable(router)
    if let relay {
      PageRoutes().add(to: &table)
      MeetingRoutes(relay: relay, streams: streams, bodyLimit: configuration.maximumBodyBytes).add(to: &table)
      WHIPRoutes(relay: relay, kind: .whip, bodyLimit: configuration.maximumBodyBytes).add(to: &table)
      WHIPRoutes(relay: relay, kind: .whep, bodyLimit: configuration.maximumBodyBytes).add(to: &table)
    }
    if let monitor {
      RecordRoutes(monitor: monitor, token: configuration.recordsToken, limit: configuration.maximumRecordsBytes)
        .add(to: &table)
      IncidentRoutes(monitor: monitor).add(to: &table)
    }
    OverviewRoutes(feed: feed, streams: streams).add(to: &table)
    OperationRoutes(relay: relay, feed: feed, streams: streams, monitor: monitor).add(to: &table)
    table.finish()
    return router
  }
}

/// Registers routes and, for each path, answers to the methods it does not have: HEAD as GET without the body, OPTIONS
/// with what is allowed, everything else 405.
struct RouteTable {
  typealias Handler = @Sendable (Request, WebContext) async throws -> Response

  private let router: Router<WebContext>
  private var methods: [String: Set<HTTPRequest.Method>] = [:]
  private static let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

  init(_ router: Router<WebContext>) {
    self.router = router
  }

  mutating func on(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
    methods[path, default: []].insert(method)
    router.on(RouterPath(path), method: method, use: handler)
  }

  mutating func finish() {
    for (path, own) in methods {
      if own.contains(.get), !own.contains(.head) {
        preconditionFailure("\(path) answers GET and must answer HEAD")
      }
      let allowed = own.union([.options]).map(\.rawValue).sorted().joined(separator: ", ")
      for method in Self.known where !own.contains(method) {
        router.on(RouterPath(path), method: method) { request, _ in
          if method == .options { return Response(status: .noContent, headers: [.allow: allowed]) }
          throw Refusal(
            .methodNotAllowed, .methodNotAllowed, "\(method.rawValue) is not allowed here, only \(allowed).",
            ja: "ここで \(method.rawValue) は使えません。使えるのは \(allowed) です。"
          ).with(.allow, allowed)
        }
      }
    }
  }

  /// GET, and HEAD as the same without the body.
  mutating func get(_ path: String, _ handler: @escaping Handler) {
    on(.get, path, handler)
    on(.head, path) { request, context in try await handler(request, context).createHeadResponse() }
  }
}

extension WebContext {
  /// The room in the address.
  func room() throws -> RoomName {
    guard let text = parameters.get("room")?.removingPercentEncoding, let room = RoomName(text) else {
      throw Refusal.badRoomName
    }
    return room
  }
}
