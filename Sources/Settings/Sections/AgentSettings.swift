import Wire

/// The agent of this machine's site.
public struct AgentSettings: Sendable, Equatable {
  /// Its name in records; `nil` for the site's id.
  public var name: String?
  /// The monitor's address; `nil` for this machine's own.
  public var monitor: String?
  /// PEM file of the authority (or the self-signed certificate) to believe; `nil` for the system's authorities, and in
  /// `up` for this machine's own certificate.
  public var authority: String?
  /// The monitor's public key to believe instead, whatever authority and name its certificate has: its SHA-256.
  public var pin: [UInt8]?
  /// The token to show; `nil` for the data folder's own.
  public var token: SecretSource?
  /// Where STAMP is answered; `nil` for the site's `reflector`.
  public var reflector: Endpoint?
  public var stamp: ReflectorSettings
  /// What the spool may take on disk, in MiB.
  public var spoolMebibytes: Int

  init(_ mapping: SettingsMapping, resolve: @escaping (String) -> String) {
    name = mapping.value("name", .identifierOrAuto, default: nil)
    monitor = mapping.value("monitor", .webAddressOrAuto, default: nil)
    authority = mapping.value("authority", .pathOrAuto, default: nil).map(resolve)
    pin = mapping.value("pin", .pinOrNone, default: nil)
    token = mapping.value("token", SettingKind.secret(resolve).or("auto"), default: nil)
    reflector = mapping.value("reflector", SettingKind.reflector.or("auto"), default: nil)
    stamp = ReflectorSettings(mapping.mapping("stamp"), resolve: resolve)
    spoolMebibytes = mapping.value("spoolMebibytes", .number(1...100_000), default: 256)
    mapping.finish()
    if authority != nil, pin != nil {
      mapping.report("pin", "and authority are two ways to know the monitor: give one of them")
    }
    if monitor == nil, authority != nil || pin != nil {
      mapping.report(
        authority != nil ? "authority" : "pin", "is for a monitor elsewhere: name it as monitor, or leave this out")
    }
  }
}
