import Notify

/// Whom to tell, and how.
public struct NotifySettings: Sendable {
  public var channels: [ChannelSettings]
  public var routes: [Route]

  init(_ mapping: SettingsMapping, sites: [String], resolve: @escaping (String) -> String) {
    channels = mapping.named("channels").compactMap { ChannelSettings(name: $0.name, $0.value, resolve: resolve) }
    let names = channels.map(\.name)
    routes = mapping.mappings("routes").map { route in
      let severities = route.list("severities", .oneOf(Notification.Severity.allCases.map(\.rawValue)), default: [])
      let places = route.list("sites", .oneOf(sites), default: [])
      if !route.has("to") { route.report("to", "is missing, so nobody would be told") }
      let told = route.list("to", .oneOf(names), default: [])
      route.finish()
      return Route(
        severities: Set(severities.compactMap(Notification.Severity.init)), sites: Set(places), channels: told)
    }
    mapping.finish()
  }
}

/// A receiver of notifications.
public struct ChannelSettings: Sendable {
  public var name: String
  public var kind: ChannelKind
  public var url: String
  /// PEM file of the authority to believe; `nil` for the system's.
  public var authority: String?
  /// Sent as a bearer token.
  public var token: SecretSource?

  init?(name: String, _ mapping: SettingsMapping, resolve: @escaping (String) -> String) {
    let kinds = ChannelKind.all.map(\.name)
    let kind = mapping.value("kind", .oneOf(kinds), default: "webhook")
    let url = mapping.required("url", .secretWebAddress)
    authority = mapping.value("authority", .pathOrAuto, default: nil).map(resolve)
    token = mapping.optional("token", .secret(resolve))
    mapping.finish()
    guard let url, let named = ChannelKind.named(kind) else { return nil }
    self.name = name
    self.kind = named
    self.url = url
  }
}
