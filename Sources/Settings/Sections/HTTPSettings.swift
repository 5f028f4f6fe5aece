import Wire

/// The server of pages, signalling, ingest and dashboards.
public struct HTTPSettings: Sendable, Equatable {
  public var listen: Endpoint
  /// PEM files; `nil` for a self-signed pair in the data folder, made at the first start.
  public var certificate: String?
  public var key: String?
  /// How people reach the server; stands in invitation links. `nil` for an address of this machine.
  public var address: String?
  /// What agents must show when they deliver records; `nil` for one in the data folder, drawn at the first start.
  public var agentToken: SecretSource?
  /// What signs access tokens; without keys the server is open.
  public var keys: [KeySettings]

  init(_ mapping: SettingsMapping, resolve: @escaping (String) -> String) {
    let fallback = Endpoint(address: .anyV4, port: 8443)
    listen = mapping.value("listen", .endpoint, default: fallback)
    certificate = mapping.value("certificate", .pathOrAuto, default: nil).map(resolve)
    key = mapping.value("key", .pathOrAuto, default: nil).map(resolve)
    address = mapping.value("address", .webAddressOrAuto, default: nil)
    agentToken = mapping.value("agentToken", SettingKind.secret(resolve).or("auto"), default: nil)
    keys = KeySettings.read(mapping, "keys", resolve: resolve)
    mapping.finish()
    if (certificate == nil) != (key == nil) {
      mapping.report("certificate", "and key belong together: give both, or neither for a self-signed pair")
    }
  }
}
