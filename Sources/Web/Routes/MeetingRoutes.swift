import API
import HTTPTypes
import Hummingbird
import Relay

/// Signalling of meetings: join, change, leave, and what happens in the room.
///
/// The address names the participant as everybody may know it; what entitles to change it is the token in the header.
struct MeetingRoutes {
  let relay: RelayService
  let streams: EventStreams
  let access: Access
  let bodyLimit: Int

  func add(to table: inout RouteTable) {
    let participants = Paths.rooms + "/:room/participants"
    let mayJoin = AccessRule.room([.join, .rejoin])
    table.get(Paths.rooms + "/:room", mayJoin, enter)
    table.on(.post, participants, mayJoin, join)
    table.on(.patch, participants + "/:participant", .participant, change)
    table.on(.delete, participants + "/:participant", .participant, leave)
    table.get(participants + "/:participant/events", .participant, events)
  }

  @Sendable private func enter(_ request: Request, _ context: WebContext) async throws -> Response {
    _ = try context.room()
    return try JSONAnswer.response(EntranceBody(isOpen: access.keys == nil, name: context.caller.claims?.name))
  }

  @Sendable private func join(_ request: Request, _ context: WebContext) async throws -> Response {
    let room = try context.room()
    let isSDP = request.mediaType == MediaTypes.sdp
    let body = isSDP ? try await sdpBody(request) : try await jsonBody(request)
    guard let name = DisplayName(context.caller.claims?.name ?? body.name) else { throw Refusal.badDisplayName }
    let joined = try await relay.join(
      JoinRequest(
        room: room.description, name: name.description, kind: .meeting, clientAddress: context.clientAddress,
        offer: body.offer))
    if body.microphone == false || body.camera == false {
      // The participant is in; that the relay was too busy to note a switch is mended by the next one.
      try? await relay.announce(
        room: room.description, resource: joined.resource, microphone: body.microphone, camera: body.camera)
    }
    let resource = Paths.participant(joined.participant, of: room)
    var response =
      isSDP
      ? Response(
        status: .created,
        headers: [
          .contentType: MediaTypes.sdp, .participant: joined.participant, .participantToken: joined.resource,
          .cacheControl: "no-store",
        ],
        body: ResponseBody(byteBuffer: ByteBuffer(string: joined.answer)))
      : try JSONAnswer.response(
        JoinedBody(
          participant: joined.participant, resource: resource, token: joined.resource, answer: joined.answer,
          etag: joined.etag, pass: access.pass(for: context.caller, room: room, name: name)),
        status: .created)
    response.headers[.location] = resource
    response.headers[.eTag] = joined.etag
    response.headers[.acceptPatch] = "\(MediaTypes.sdpFragment), application/json"
    return response
  }

  private func jsonBody(_ request: Request) async throws -> JoinBody {
    guard request.mediaType == "application/json" else {
      throw Refusal.unsupportedMediaType(accepted: "application/json or \(MediaTypes.sdp)")
    }
    return try await request.json(JoinBody.self, upTo: bodyLimit)
  }

  private func sdpBody(_ request: Request) async throws -> JoinBody {
    JoinBody(name: request.nameInQuery, offer: try await request.text(upTo: bodyLimit))
  }

  @Sendable private func change(_ request: Request, _ context: WebContext) async throws -> Response {
    let (room, secret) = try participation(context)
    switch request.mediaType {
    case MediaTypes.sdpFragment:
      let answer = try await relay.patch(
        room: room, resource: secret, fragment: try await request.text(upTo: bodyLimit),
        ifMatch: request.headers[.ifMatch])
      return Response(answer)
    case "application/json":
      let switches = try await request.json(SwitchesBody.self, upTo: bodyLimit)
      try await relay.announce(
        room: room, resource: secret, microphone: switches.microphone, camera: switches.camera, screen: switches.screen)
      return Response(status: .noContent)
    default:
      throw Refusal.unsupportedMediaType(accepted: "application/json or \(MediaTypes.sdpFragment)")
    }
  }

  @Sendable private func leave(_ request: Request, _ context: WebContext) async throws -> Response {
    let (room, secret) = try participation(context)
    try await relay.leave(room: room, resource: secret)
    return Response(status: .noContent)
  }

  @Sendable private func events(_ request: Request, _ context: WebContext) async throws -> Response {
    let (room, secret) = try participation(context)
    let last = request.headers[.eventStreamID].flatMap(Relay.EventID.init)
    let events = try relay.events(room: room, resource: secret, after: last)
    return try streams.response(to: request, from: context.clientAddress, events: events, write: RoomEventText.wireForm)
  }

  /// The room and the secret, which must be the one of the participant in the address.
  private func participation(_ context: WebContext) throws -> (room: String, secret: String) {
    let (room, secret) = (try context.room().description, context.caller.participantSecret)
    guard try relay.participant(room: room, resource: secret) == context.parameters.get("participant") else {
      throw Refusal.participantGone
    }
    return (room, secret)
  }
}

extension Request {
  /// `?name=…`, for clients whose body is the offer alone.
  var nameInQuery: String {
    uri.queryParameters.get("name") ?? ""
  }
}

extension Response {
  /// RFC 9725 section 4.3: candidates 204 without ETag, a restart 200 with the new one.
  init(_ answer: PatchAnswer) {
    switch answer {
    case .trickled:
      self.init(status: .noContent)
    case .restarted(let fragment, let etag):
      self.init(
        status: .ok, headers: [.contentType: MediaTypes.sdpFragment, .eTag: etag, .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: fragment)))
    }
  }
}
