import API
import HTTPTypes
import Hummingbird

/// Lets pages of other origins publish and watch: every answer of WHIP and WHEP, refusals too, may be read by them. What
/// entitles stands in a header that the page must know, never in a cookie that its browser would add.
struct CrossOrigin: RouterMiddleware {
  typealias Context = WebContext

  static let exposed = "Accept-Patch, ETag, Link, Location, Retry-After, WWW-Authenticate"

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    if [Paths.whip, Paths.whep].contains(where: { request.uri.path.hasPrefix($0 + "/") }) {
      response.headers[.corsAllowOrigin] = "*"
      response.headers[.corsExposeHeaders] = Self.exposed
    }
    return response
  }
}
