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
    let rule = AccessRule.room([kind == .whip ? .publish : .view])
    table.on(.post, endpoint, rule, join)
    table.get(endpoint, rule) { _, context in
      _ = try context.room()
      // WHEP clients look there for what they are to send.
      return kind == .whip
        ? Response(status: .noContent) : Response(status: .ok, headers: [.contentType: MediaTypes.sdp])
    }
    // A browser asks without a token whether it may send one.
    table.on(.options, endpoint, .open) { _, _ in Self.preflight(methods: "GET, HEAD, OPTIONS, POST") }
    // The resource's address is unguessable; with keys, the token is asked for as well (RFC 9725 section 4.7).
    table.get(resource, rule, look)
    table.on(.patch, resource, rule, patch)
    table.on(.delete, resource, rule, leave)
    table.on(.options, resource, .open) { _, _ in Self.preflight(methods: "DELETE, GET, HEAD, OPTIONS, PATCH") }
  }

  @Sendable private func join(_ request: Request, _ context: WebContext) async throws -> Response {
    let room = try context.room()
    guard request.mediaType == MediaTypes.sdp else { throw Refusal.unsupportedMediaType(accepted: MediaTypes.sdp) }
    let joined = try await relay.join(
      JoinRequest(
        room: room.description,
        name: DisplayName(context.caller.claims?.name ?? request.nameInQuery)?.description ?? "", kind: kind,
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

  @Sendable private func look(_ request: Request, _ context: WebContext) async throws -> Response {
    let etag = try relay.etag(room: try context.room().description, resource: try Self.resource(context))
    return Response(status: .noContent, headers: [.eTag: etag, .acceptPatch: MediaTypes.sdpFragment])
  }

  @Sendable private func patch(_ request: Request, _ context: WebContext) async throws -> Response {
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

  @Sendable private func leave(_ request: Request, _ context: WebContext) async throws -> Response {
    try await relay.leave(room: try context.room().description, resource: try Self.resource(context))
    return Response(status: .ok)
  }

  private static func resource(_ context: WebContext) throws -> String {
    guard let resource = context.parameters.get("resource") else { throw Refusal.participantGone }
    return resource
  }

  private static func preflight(methods: String) -> Response {
    Response(
      status: .ok,
      headers: [
        .allow: methods, .acceptPost: MediaTypes.sdp, .acceptPatch: MediaTypes.sdpFragment,
        .corsAllowMethods: methods, .corsAllowHeaders: "Authorization, Content-Type, If-Match", .corsMaxAge: "86400",
      ])
  }
}
