import API
import Cipher
import Foundation
import Hummingbird
import Monitor
import Synchronization
import Wire

/// The one place that decides who may do what.
///
/// With keys, every address but the open ones asks for a token that fits. Without keys the server is open, except that
/// agents show their shared token and a participant is only changed by its own secret.
final class Access: Sendable {
  let keys: AccessKeys?
  /// What agents of this organisation share; entitles to deliver records of every site.
  private let agentToken: String?
  /// In the monitor's data folder: entitles to manage.
  private let manageToken: String?
  private let agents: AgentRegistry?
  private let clock: @Sendable () -> WallTime
  private let counts = Mutex<[ErrorCode: UInt64]>([:])

  init(
    keys: AccessKeys?, agentToken: String?, manageToken: String? = nil, agents: AgentRegistry? = nil,
    clock: @escaping @Sendable () -> WallTime
  ) {
    self.keys = keys
    self.agentToken = agentToken
    self.manageToken = manageToken
    self.agents = agents
    self.clock = clock
  }

  /// Refusals so far, by code.
  var refusals: [ErrorCode: UInt64] { counts.withLock { $0 } }

  /// Lets the caller of a route in, or throws what to answer.
  func admit(_ request: Request, _ context: WebContext, by rule: AccessRule) throws -> Caller {
    do {
      return try decide(request, context, rule)
    } catch let refusal as Refusal {
      if [.unauthorized, .forbidden].contains(refusal.status) {
        counts.withLock { $0[refusal.body.error.code, default: 0] += 1 }
      }
      throw refusal
    }
  }

  private func decide(_ request: Request, _ context: WebContext, _ rule: AccessRule) throws -> Caller {
    switch rule {
    case .open:
      return .anybody
    case .participant:
      guard let secret = request.bearerToken else { throw Refusal.unauthorized }
      return Caller(participantSecret: secret)
    case .enrolment:
      return .anybody
    case .manage:
      if let manageToken, let shown = request.bearerToken, Self.areEqual(shown, manageToken) { return .anybody }
      guard keys != nil else { throw request.bearerToken == nil ? Refusal.unauthorized : .tokenInvalid }
      return try holder(of: [.manage], request)
    case .agent:
      switch request.bearerToken.flatMap({ agents?.bearer(of: $0) }) {
      case .active(let site, let key): return Caller(agentSite: site, agentKey: key)
      case .ended(_, let reason): throw Refusal.agentRevoked(reason)
      case nil: break
      }
      if let agentToken {
        if let shown = request.bearerToken, Self.areEqual(shown, agentToken) { return .anybody }
        guard keys != nil else { throw request.bearerToken == nil ? Refusal.unauthorized : .tokenInvalid }
      }
      return try holder(of: [.agent], request) { $0.site != nil }
    case .operate:
      // Who may change things may see them.
      if let manageToken, let shown = request.bearerToken, Self.areEqual(shown, manageToken) { return .anybody }
      return try holder(of: [.operate, .manage], request)
    case .room(let scopes):
      let room = try context.room()
      return try holder(of: scopes, request) { $0.covers(room: room) }
    }
  }

  private func holder(
    of scopes: Set<AccessScope>, _ request: Request, where fits: (AccessClaims) -> Bool = { _ in true }
  ) throws -> Caller {
    guard let keys else { return .anybody }
    guard let token = request.bearerToken else { throw Refusal.unauthorized }
    let claims: AccessClaims
    do {
      claims = try AccessToken.claims(of: token, keys: keys, at: clock())
    } catch {
      switch error {
      case .untrusted: throw Refusal.tokenInvalid
      case .expired: throw Refusal.tokenExpired
      case .notYetValid: throw Refusal.tokenNotYetValid
      }
    }
    guard !claims.scopes.isDisjoint(with: scopes), fits(claims) else { throw Refusal.forbidden(wanted: scopes) }
    return Caller(claims: claims)
  }

  // MARK: Passes

  /// How long who has joined may come back, after a reload or a restart of the relay, however soon the link expired.
  static let passValidity: Duration = .seconds(12 * 3600)

  /// What lets somebody back into the room they have just joined under the same name. A pass gives no new pass, so a
  /// link is good for its own time and `passValidity` together.
  func pass(for caller: Caller, room: RoomName, name: DisplayName) -> String? {
    guard let keys, let claims = caller.claims, claims.scopes.contains(.join) else { return nil }
    let now = clock()
    return AccessToken.signed(
      AccessClaims([.rejoin], room: room.description, name: name.description, expires: now + Self.passValidity),
      by: keys, at: now)
  }

  /// How long a stream may still last that was opened by this caller.
  func remainingTime(of caller: Caller) -> Duration? {
    caller.claims.map { $0.expires + AccessToken.clockTolerance - clock() }
  }

  /// In a time that says nothing of where two tokens differ.
  private static func areEqual(_ shown: String, _ token: String) -> Bool {
    constantTimeEqual(Array(shown.utf8).span.bytes, Array(token.utf8).span.bytes)
  }
}
