import API
import HTTPTypes

/// Header names beyond those of the library.
extension HTTPField.Name {
  static let acceptPatch = named("Accept-Patch")
  static let acceptPost = named("Accept-Post")
  static let contentSecurityPolicyText = named("Content-Security-Policy")
  static let corsAllowHeaders = named("Access-Control-Allow-Headers")
  static let corsAllowMethods = named("Access-Control-Allow-Methods")
  static let corsAllowOrigin = named("Access-Control-Allow-Origin")
  static let corsExposeHeaders = named("Access-Control-Expose-Headers")
  static let corsMaxAge = named("Access-Control-Max-Age")
  static let crossOriginOpenerPolicyText = named("Cross-Origin-Opener-Policy")
  static let crossOriginResourcePolicyText = named("Cross-Origin-Resource-Policy")
  static let eventStreamID = named("Last-Event-ID")
  static let frameOptions = named("X-Frame-Options")
  static let participant = named("Kakehashi-Participant")
  static let participantToken = named("Kakehashi-Token")
  static let permissionsPolicy = named("Permissions-Policy")
  static let proxyBuffering = named("X-Accel-Buffering")
  static let referrerPolicy = named("Referrer-Policy")

  static let time = named(AgentReport.timeHeaderName)
  static let version = named(ProgramVersion.headerName)

  private static func named(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is a token of RFC 9110") }
    return field
  }
}
