import API
import HTTPTypes
import Hummingbird

/// An answer that is an error: a status, a code for programs and a sentence in both languages.
struct Refusal: Error, HTTPResponseError {
  var status: HTTPResponse.Status
  var headers: HTTPFields = [:]
  var body: ErrorBody

  init(_ status: HTTPResponse.Status, _ code: ErrorCode, _ message: String, ja messageJa: String) {
    self.status = status
    body = ErrorBody(code: code, message: message, messageJa: messageJa)
  }

  func with(_ name: HTTPField.Name, _ value: String) -> Refusal {
    var refusal = self
    refusal.headers[name] = value
    return refusal
  }

  func response(from request: Request, context: some RequestContext) throws -> Response {
    var response = try JSONAnswer.response(body, status: status)
    response.headers.append(contentsOf: headers)
    return response
  }

  static let notFound = Refusal(
    .notFound, .notFound, "There is nothing at this address.", ja: "このアドレスには何もありません。")
  static let participantGone = Refusal(
    .notFound, .participantGone, "There is no such participant any more; join again.",
    ja: "この参加者はもういません。もう一度参加してください。")
  // What `Access` says, with the header of RFC 6750 section 3.
  static let unauthorized = Refusal(
    .unauthorized, .unauthorized, "Send the token you were given as “Authorization: Bearer …”.",
    ja: "渡されたトークンを「Authorization: Bearer …」で送ってください。"
  ).with(.wwwAuthenticate, "Bearer realm=\"kakehashi\"")
  static let tokenInvalid = Refusal(
    .unauthorized, .tokenInvalid, "No key of this server has signed this token; ask for a new one.",
    ja: "このトークンはこのサーバーの鍵で署名されていません。新しいものを受け取ってください。"
  ).with(.wwwAuthenticate, challenge("invalid_token", "not signed by a key of this server"))
  static let tokenExpired = Refusal(
    .unauthorized, .tokenExpired, "This token or invitation link has expired; ask for a new one.",
    ja: "このトークンまたは招待リンクは期限切れです。新しいものを受け取ってください。"
  ).with(.wwwAuthenticate, challenge("invalid_token", "expired"))
  static let tokenNotYetValid = Refusal(
    .unauthorized, .tokenNotYetValid, "This token is not valid yet; check the clocks, or try again later.",
    ja: "このトークンはまだ有効ではありません。時計を確認するか、後でもう一度試してください。"
  ).with(.wwwAuthenticate, challenge("invalid_token", "not valid yet"))

  static func forbidden(wanted scopes: Set<AccessScope>) -> Refusal {
    let list = scopes.map(\.rawValue).sorted()
    return Refusal(
      .forbidden, .forbidden,
      "This token does not entitle to this: it needs the scope \(list.joined(separator: " or ")), for this room or site.",
      ja: "このトークンではここを使えません。この会議室または拠点のための「\(list.joined(separator: "」か「"))」が必要です。"
    ).with(
      .wwwAuthenticate,
      challenge("insufficient_scope", "not for this") + ", scope=\"\(list.joined(separator: " "))\"")
  }

  private static func challenge(_ error: String, _ description: String) -> String {
    "Bearer realm=\"kakehashi\", error=\"\(error)\", error_description=\"\(description)\""
  }

  static let badRoomName = Refusal(
    .badRequest, .badRoomName, "A room name has 1 to 64 characters, none of them / \\ ? # or %.",
    ja: "会議室の名前は1～64文字で、/ \\ ? # % は使えません。")
  static let badDisplayName = Refusal(
    .badRequest, .badDisplayName, "A name has 1 to 64 visible characters.", ja: "お名前は1～64文字で入力してください。")
  static let internalError = Refusal(
    .internalServerError, .internalError, "The server made a mistake; its log says more.",
    ja: "サーバーで問題が起きました。詳しくはサーバーのログにあります。")
  static let tooManyListeners = Refusal(
    .serviceUnavailable, .tooManyListeners, "Too many event streams are open; try again in a minute.",
    ja: "イベントの接続が多すぎます。1分ほど後にもう一度試してください。"
  ).with(.retryAfter, "60")

  static let noSuchMethod = Refusal(
    .notImplemented, .methodNotAllowed, "This server does not know the request's method.",
    ja: "このサーバーはこのメソッドを知りません。")
  static let requestTimeout = Refusal(
    .requestTimeout, .requestTimeout, "The request did not come to its end in time; send it again.",
    ja: "要求が時間内に届きませんでした。もう一度送ってください。")

  static func bodyTooLarge(limit: Int) -> Refusal {
    Refusal(
      .contentTooLarge, .bodyTooLarge, "The body is larger than \(limit) bytes.",
      ja: "本文が \(limit) バイトを超えています。")
  }

  static func unsupportedMediaType(accepted: String) -> Refusal {
    Refusal(
      .unsupportedMediaType, .unsupportedMediaType, "Send a body of type \(accepted).",
      ja: "本文は \(accepted) の形式で送ってください。")
  }

  /// What would be read instead is named as RFC 9110 section 15.5.16 asks for.
  static let unsupportedContentCoding = Refusal(
    .unsupportedMediaType, .unsupportedMediaType,
    "No content coding is read here: send the body as it is, without Content-Encoding.",
    ja: "圧縮などのContent-Encodingには対応していません。本文をそのまま送ってください。"
  ).with(.acceptEncoding, "identity")

  static func badRequest(_ reason: String, ja: String) -> Refusal {
    Refusal(.badRequest, .badRequest, reason, ja: ja)
  }
}
