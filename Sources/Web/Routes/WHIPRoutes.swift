import API
import HTTPTypes
import Hummingbird
import Relay

/// WHIP (RFC 9725) publishers and, by the same rules, WHEP (draft-ietf-wish-whep-03) viewers: the client offers, the
/// resource's address is its secret.
struct WHIPRoutes {
  let relay: RelayService
  /// `.whip` or `.whep`.
  let kind: ParticipantKind
  let bodyLimit: Int

  private var root: String { kind == .whip ? Paths.whip : Paths.whep }

  func add(to table: inout RouteTable) {
    let endpoint = root + "/:room"
    let resource = root + "/:room/:resource"
    table.on(.post, endpoint, join)
    table.get(endpoint) { _, context in
      _ = try context.room()
      return Self.shared(Response(status: .ok, headers: [.contentType: MediaTypes.sdp]))
    }
    table.on(.options, endpoint) { _, _ in Self.preflight(methods: "GET, HEAD, OPTIONS, POST") }
    table.get(resource, look)
    table.on(.patch, resource, patch)
    table.on(.delete, resource, leave)
    table.on(.options, resource) { _, _ in Self.preflight(methods: "DELETE, GET, HEAD, OPTIONS, PATCH") }
  }

  @Sendable private func join(_ request: Request, _ context: WebContext) async throws -> Response {
    try await Self.sharing {
      let room = try context.room()
      guard request.mediaType == MediaTypes.sdp else { throw Refusal.unsupportedMediaType(accepted: MediaTypes.sdp) }
      let joined = try await relay.join(
        JoinRequest(
          room: room.description, name: DisplayName(request.nameInQuery)?.description ?? "", kind: kind,
          clientAddress: context.clientAddress, offer: try await request.text(upTo: bodyLimit)))
      return Response(
        status: .created,
        headers: [
          .contentType: MediaTypes.sdp, .eTag: joined.etag, .cacheControl: "no-store",
          .acceptPatch: MediaTypes.sdpFragment,
          .location: kind == .whip
            ? Paths.whipResource(joined.resource, of: room) : Paths.whepResource(joined.resource, of: room),
        ],
        body: ResponseBody(byteBuffer: ByteBuffer(string: joined.answer)))
    }
  }

  @Sendable private func look(_ request: Request, _ context: WebContext) async throws -> Response {
    try await Self.sharing {
      let etag = try relay.etag(room: try context.room().description, resource: try Self.resource(context))
      return Response(status: .noContent, headers: [.eTag: etag, .acceptPatch: MediaTypes.sdpFragment])
    }
  }

  @Sendable private func patch(_ request: Request, _ context: WebContext) async throws -> Response {
    try await Self.sharing {
      guard request.mediaType == MediaTypes.sdpFragment else {
        throw Refusal(
          .unprocessableContent, .unsupportedMediaType, "Only \(MediaTypes.sdpFragment) is understood here.",
          ja: "ここでは \(MediaTypes.sdpFragment) だけを受け付けます。"
        ).with(.acceptPatch, MediaTypes.sdpFragment)
      }
      return Response(
        try await relay.patch(
          room: try context.room().description, resource: try Self.resource(context),
          fragment: try await request.text(upTo: bodyLimit), ifMatch: request.headers[.ifMatch]))
    }
  }

  @Sendable private func leave(_ request: Request, _ context: WebContext) async throws -> Response {
    try await Self.sharing {
      try await relay.leave(room: try context.room().description, resource: try Self.resource(context))
      return Response(status: .ok)
    }
  }

  private static func resource(_ context: WebContext) throws -> String {
    guard let resource = context.parameters.get("resource") else { throw Refusal.participantGone }
    return resource
  }

  // Pages of other origins may publish and watch: what entitles them is in the address, never a cookie.

  private static func sharing(_ answer: () async throws -> Response) async throws -> Response {
    do {
      return shared(try await answer())
    } catch let error as RelayError {
      throw Refusal(error).with(.corsAllowOrigin, "*").with(.corsExposeHeaders, exposed)
    } catch let refusal as Refusal {
      throw refusal.with(.corsAllowOrigin, "*").with(.corsExposeHeaders, exposed)
    }
  }

  private static func shared(_ response: Response) -> Response {
    var response = response
    response.headers[.corsAllowOrigin] = "*"
    response.headers[.corsExposeHeaders] = exposed
    return response
  }

  private static func preflight(methods: String) -> Response {
    shared(
      Response(
        status: .noContent,
        headers: [
          .allow: methods, .acceptPost: MediaTypes.sdp, .acceptPatch: MediaTypes.sdpFragment,
          .corsAllowMethods: methods, .corsAllowHeaders: "Authorization, Content-Type, If-Match", .corsMaxAge: "86400",
        ]))
  }

  private static let exposed = "Accept-Patch, ETag, Link, Location, Retry-After"
}
