import API
import Hummingbird
import Logging
import Relay

/// Turns every error of a route into an answer with a sentence.
struct ErrorAnswers: RouterMiddleware {
  typealias Context = WebContext
  let logger: Logger

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      return try refusal(for: error, request, context).response(from: request, context: context)
    }
  }

  private func refusal(for error: any Error, _ request: Request, _ context: WebContext) -> Refusal {
    switch error {
    case let refusal as Refusal: return refusal
    case let error as RelayError: return Refusal(error)
    case let error as HTTPError where error.status == .notFound:
      return RouteTable.known.contains(request.method) ? .notFound : .noSuchMethod
    case let error as HTTPError:
      return Refusal(error.status, .badRequest, error.body ?? "The request is wrong.", ja: "要求が正しくありません。")
    default:
      // The route's pattern alone: a WHIP resource's path is its secret, and queries and headers hold others.
      logger.error(
        "A request failed",
        metadata: ["route": "\(request.method) \(context.endpointPath ?? "none")", "error": "\(error)"])
      return .internalError
    }
  }
}

extension Refusal {
  /// The relay's refusals with their status: RFC 9725 for WHIP and, alike, for meetings.
  init(_ error: RelayError) {
    switch error {
    case .notFound:
      self = .participantGone
    case .roomFull(let limit):
      self = Refusal(
        .serviceUnavailable, .roomFull, error.description, ja: "会議室は満員です（\(limit)人まで）。"
      ).with(.retryAfter, "10")
    case .tooManyRooms(let limit):
      self = Refusal(
        .serviceUnavailable, .relayBusy, error.description, ja: "中継サーバーは会議室を\(limit)室まで開けます。今は空きがありません。"
      ).with(.retryAfter, "30")
    case .busy:
      self = Refusal(
        .serviceUnavailable, .relayBusy, error.description, ja: "中継サーバーが混み合っています。数秒後にもう一度試してください。"
      ).with(.retryAfter, "5")
    case .tooManyPendingJoins(let limit):
      self = Refusal(
        .tooManyRequests, .tooManyPendingJoins, error.description,
        ja: "同じネットワークアドレスから参加した\(limit)人がまだ接続中です。数秒後にもう一度試してください。"
      ).with(.retryAfter, "5")
    case .shuttingDown:
      self = Refusal(
        .serviceUnavailable, .relayBusy, error.description, ja: "中継サーバーは終了するところです。後でもう一度試してください。"
      ).with(.retryAfter, "5")
    case .nameMissing, .nameTooLong:
      self = Refusal(.badRequest, .badDisplayName, error.description, ja: "会議室と参加者の名前は1～64文字です。")
    case .offerTooLarge(let limit):
      self = .bodyTooLarge(limit: limit)
    case .offerMalformed(let reason):
      self = Refusal(.badRequest, .badOffer, error.description, ja: "SDPのオファーを読めません: \(reason)")
    case .offerUnacceptable(let reason):
      self = Refusal(
        .unprocessableContent, .unsupportedOffer, error.description, ja: "SDPのオファーを受けられません: \(reason)")
    case .nothingPublished:
      self = Refusal(
        .conflict, .nothingPublished, error.description, ja: "この会議室ではまだ何も配信されていません。"
      ).with(.retryAfter, "3")
    case .preconditionRequired:
      self = Refusal(
        .preconditionRequired, .preconditionRequired, error.description, ja: "If-Match を付けて送ってください。")
    case .preconditionFailed(let current):
      self = Refusal(
        .preconditionFailed, .preconditionFailed, error.description, ja: "現在の ETag は \(current) です。"
      ).with(.eTag, current)
    }
  }
}
