import API

/// What an address asks of its caller. Every route names its own; `Access` alone decides.
enum AccessRule: Sendable, Hashable {
  /// Nothing: what anybody may know.
  case open
  /// A token with one of these scopes for the room in the address.
  case room(Set<AccessScope>)
  /// A token with the scope `operate`.
  case operate
  /// The agents' shared token, or a token with the scope `agent`.
  case agent
  /// The secret that the relay gave the participant of the address when it joined. It is asked for without keys too.
  case participant
}

/// Who calls, once `Access` has let them in.
struct Caller: Sendable {
  /// What their token says; `nil` where none was asked for.
  var claims: AccessClaims?
  /// The participant's secret, where the rule is `.participant`.
  var participantSecret = ""

  static let anybody = Caller()
}
