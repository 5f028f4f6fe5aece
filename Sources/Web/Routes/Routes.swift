import API
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Monitor
import Relay
import Wire

/// All addresses of the server, by role.
struct Routes: Sendable {
  let configuration: WebConfiguration
  let relay: RelayService?
  let monitor: MonitorService?
  let logger: Logger
  let streams: EventStreams
  let dashboards: EventStreams
  let feed: OverviewFeed
  let access: Access
  private let clock: @Sendable () -> WallTime

  init(
    configuration: WebConfiguration, relay: RelayService?, monitor: MonitorService?, logger: Logger,
    clock: @escaping @Sendable () -> WallTime = { WallTime(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)) }
  ) {
    self.configuration = configuration
    self.relay = relay
    self.monitor = monitor
    self.logger = logger
    streams = EventStreams(
      total: configuration.maximumEventStreams, perAddress: configuration.maximumEventStreamsPerAddress)
    dashboards = EventStreams(
      total: configuration.maximumDashboards, perAddress: configuration.maximumDashboardsPerAddress)
    let source = OverviewSource(relay: relay, monitor: monitor)
    feed = OverviewFeed { await source.overview() }
    access = Access(
      keys: configuration.keys, agentToken: configuration.agentToken, manageToken: configuration.manageToken,
      agents: monitor?.agents, clock: clock)
    self.clock = clock
  }

  func router() -> Router<WebContext> {
    table().router
  }

  func table() -> RouteTable {
    let router = Router(context: WebContext.self)
    router.add(middleware: SecurityHeaders())
    router.add(middleware: CrossOrigin())
    router.add(middleware: ErrorAnswers(logger: logger))
    var table = RouteTable(router, access)
    if let relay {
      PageRoutes().add(to: &table)
      MeetingRoutes(relay: relay, streams: streams, access: access, bodyLimit: configuration.maximumBodyBytes)
        .add(to: &table)
      WHIPRoutes(relay: relay, kind: .whip, bodyLimit: configuration.maximumBodyBytes).add(to: &table)
      WHIPRoutes(relay: relay, kind: .whep, bodyLimit: configuration.maximumBodyBytes).add(to: &table)
    }
    if let monitor {
      RecordRoutes(monitor: monitor, limit: configuration.maximumRecordsBytes).add(to: &table)
      IncidentRoutes(monitor: monitor).add(to: &table)
      HistoryRoutes(monitor: monitor).add(to: &table)
      MonthRoutes(monitor: monitor).add(to: &table)
      PlannedWorkRoutes(monitor: monitor).add(to: &table)
      AgentRoutes(registry: monitor.agents, clock: clock).add(to: &table)
      ManagementRoutes(registry: monitor.agents).add(to: &table)
    }
    OverviewRoutes(feed: feed, streams: dashboards, access: access).add(to: &table)
    OperationRoutes(
      relay: relay, feed: feed, streams: [streams, dashboards], monitor: monitor, access: access, clock: clock
    ).add(to: &table)
    table.finish()
    return table
  }
}

/// Registers routes, each with what it asks of its caller, and, for each path, answers to the methods it does not have:
/// HEAD as GET without the body, OPTIONS with what is allowed, everything else 405.
struct RouteTable {
  typealias Handler = @Sendable (Request, WebContext) async throws -> Response

  /// A method and path with the rule for its callers.
  struct Entry: Hashable {
    var method: HTTPRequest.Method
    var path: String
    var rule: AccessRule
  }

  let router: Router<WebContext>
  private let access: Access
  private(set) var entries: [Entry] = []
  private var methods: [String: Set<HTTPRequest.Method>] = [:]
  /// What is not among these is no method here at all: 501.
  static let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect]

  init(_ router: Router<WebContext>, _ access: Access) {
    self.router = router
    self.access = access
  }

  mutating func on(
    _ method: HTTPRequest.Method, _ path: String, _ rule: AccessRule, _ handler: @escaping Handler
  ) {
    methods[path, default: []].insert(method)
    entries.append(Entry(method: method, path: path, rule: rule))
    router.on(RouterPath(path), method: method) { [access] request, context in
      var context = context
      context.caller = try access.admit(request, context, by: rule)
      return try await handler(request, context)
    }
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
  mutating func get(_ path: String, _ rule: AccessRule, _ handler: @escaping Handler) {
    on(.get, path, rule, handler)
    on(.head, path, rule) { request, context in try await handler(request, context).createHeadResponse() }
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
