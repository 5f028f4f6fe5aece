/// Which channels are told of what.
public struct Routing: Sendable {
  public var channels: [Channel]
  /// Without any, every channel is told of everything.
  public var routes: [Route]

  public init(channels: [Channel] = [], routes: [Route] = []) {
    self.channels = channels
    self.routes = routes
  }

  /// Names of the channels that are told: those of every route that matches, each once.
  public func channels(for notification: Notification) -> [String] {
    guard !routes.isEmpty else { return channels.map(\.name) }
    let told = routes.filter { $0.matches(notification) }.flatMap(\.channels)
    return channels.map(\.name).filter(told.contains)
  }
}

/// A rule of whom to tell. Empty sets match everything.
public struct Route: Sendable, Hashable {
  public var severities: Set<Notification.Severity>
  /// Ids of the sites that paths start from.
  public var sites: Set<String>
  public var channels: [String]

  public init(severities: Set<Notification.Severity> = [], sites: Set<String> = [], channels: [String]) {
    self.severities = severities
    self.sites = sites
    self.channels = channels
  }

  func matches(_ notification: Notification) -> Bool {
    (severities.isEmpty || severities.contains(notification.severity))
      && (sites.isEmpty || sites.contains(notification.site.id))
  }
}
