/// From a site to a target, by a route.
public struct Path: Sendable, Hashable, Codable, Comparable {
  /// Configured id of the site the packets start from.
  public var site: String
  /// Configured id of the target: a site, a relay or a service.
  public var target: String
  public var route: Route
  /// Tells paths apart that share the rest: a job's name or, for calls, the participant's opaque id. Empty for most.
  public var label: String

  public init(site: String, target: String, route: Route, label: String = "") {
    self.site = site
    self.target = target
    self.route = route
    self.label = label
  }

  /// Of paths that end at a site's router, since no agent is there: what a router answers, when it finds the time, says less
  /// surely what a meeting would have. Never merged with a path to an agent.
  public static let routerLabel = "router"

  /// A path's label, were it to an agent, as the path to the router has it.
  public static func routerLabel(_ label: String) -> String {
    label.isEmpty ? routerLabel : "\(routerLabel) \(label)"
  }

  public var endsAtRouter: Bool {
    label == Self.routerLabel || label.hasPrefix("\(Self.routerLabel) ")
  }

  public enum Route: String, Sendable, Hashable, Codable, CaseIterable {
    case direct
    case proxy
    case relay
  }

  public static func < (left: Path, right: Path) -> Bool {
    (left.site, left.target, left.route.rawValue, left.label)
      < (right.site, right.target, right.route.rawValue, right.label)
  }
}
