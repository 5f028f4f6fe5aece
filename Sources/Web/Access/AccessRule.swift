import API

/// What an address asks of its caller. Every route names its own; `Access` alone decides.
enum AccessRule: Sendable, Hashable {
  /// Nothing: what anybody may know.
  case open
  /// A token with one of these scopes for the room in the address.
  case room(Set<AccessScope>)
  /// A token with the scope `operate` or `manage`.
  case operate
  /// A token with the scope `manage`, or the one in the monitor's data folder. It is asked for without keys too.
  case manage
  /// An agent's own key, the agents' shared token, or a token with the scope `agent`.
  case agent
  /// Nothing here: the route asks for a one-time code.
  case enrolment
  /// The secret that the relay gave the participant of the address when it joined. It is asked for without keys too.
  case participant
}

/// Who calls, once `Access` has let them in.
struct Caller: Sendable {
  /// What their token says; `nil` where none was asked for.
  var claims: AccessClaims?
  /// The participant's secret, where the rule is `.participant`.
  var participantSecret = ""
  /// The site whose agent's own key was shown, and the key's digest.
  var agentSite: String?
  var agentKey: [UInt8]?

  static let anybody = Caller()

  /// Whether records and reports of a site are taken from this caller.
  func covers(site: String) -> Bool {
    if let agentSite { return agentSite == site }
    return claims?.covers(site: site) ?? true
  }
}
