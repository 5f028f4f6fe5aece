/// The terminal's dashboard.
public struct DashboardSettings: Sendable, Equatable {
  /// What to show a monitor that asks for a token; `nil` for one made from this machine's own keys.
  public var token: SecretSource?

  init(_ mapping: SettingsMapping, resolve: @escaping (String) -> String) {
    token = mapping.value("token", SettingKind.secret(resolve).or("auto"), default: nil)
    mapping.finish()
  }
}
