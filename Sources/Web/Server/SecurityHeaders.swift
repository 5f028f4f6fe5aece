import HTTPTypes
import Hummingbird

/// What browsers are told about every answer: scripts and styles come from our own files alone, nothing is embedded
/// elsewhere, no type is guessed, and no address leaks.
///
/// There is no Strict-Transport-Security: it would lock people out of a server with a self-signed certificate.
struct SecurityHeaders: RouterMiddleware {
  typealias Context = WebContext

  static let contentSecurityPolicy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
  ].joined(separator: "; ")

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    response.headers[.contentSecurityPolicyText] = Self.contentSecurityPolicy
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.frameOptions] = "DENY"
    response.headers[.referrerPolicy] = "no-referrer"
    response.headers[.permissionsPolicy] = "camera=(self), microphone=(self), display-capture=(self), geolocation=()"
    response.headers[.crossOriginOpenerPolicyText] = "same-origin"
    if response.headers[.corsAllowOrigin] == nil {
      response.headers[.crossOriginResourcePolicyText] = "same-origin"
    }
    return response
  }
}
