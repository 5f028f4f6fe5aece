/// What a token may entitle to. The raw values stand in its `scope` claim, separated by spaces.
public enum AccessScope: String, Sendable, CaseIterable {
  /// Join meetings in the token's room.
  case join
  /// Come back into a meeting once joined: what `JoinedBody.pass` is for.
  case rejoin
  /// Publish into the token's room by WHIP.
  case publish
  /// Watch the token's room by WHEP.
  case view
  /// Read what dashboards show: overview, incidents, metrics.
  case operate
  /// Add sites, give out codes for agents, revoke agents, publish jobs.
  case manage
  /// Deliver records of the token's site.
  case agent
}
