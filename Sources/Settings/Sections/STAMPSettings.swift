import Probes
import Wire

/// How a site's reflector is measured, and what it asks of who measures it.
public struct STAMPSettings: Sendable, Equatable {
  /// Shared by the site's reflector and whoever measures it; `nil` is unauthenticated.
  public var secret: SecretSource?
  public var protection: STAMPSessionOptions.Protection
  /// Of the first stream to the site; `nil` draws one for each stream and start.
  public var ssid: UInt16?

  init(_ mapping: SettingsMapping, resolve: @escaping (String) -> String) {
    secret = mapping.value("secret", SettingKind.secret(resolve).or("none"), default: nil)
    protection = mapping.value("protect", .protection, default: .packets)
    ssid = mapping.value("ssid", SettingKind.number(1...65_535).or("auto"), default: nil).map(UInt16.init)
    mapping.finish()
  }
}

/// What the agent's reflector answers, beside what its site's `stamp` says.
public struct ReflectorSettings: Sendable, Equatable {
  /// A further key, for one session id.
  public struct Key: Sendable, Equatable {
    public var ssid: UInt16
    public var secret: SecretSource
  }

  /// A session it is told of beforehand.
  public struct Session: Sendable, Equatable {
    /// 0 for senders that have none.
    public var ssid: UInt16
    /// Empty for anywhere.
    public var from: [AddressBlock]
  }

  public var keys: [Key]
  /// Empty for any session.
  public var sessions: [Session]
  public var isStateful: Bool
  /// Code points answers may be marked with; `nil` is all.
  public var dscp: [UInt8]?
  /// Senders are told from where their packets came.
  public var tellsLocation: Bool
  /// Packets a second from one address.
  public var packetsPerSource: Int

  init(_ mapping: SettingsMapping, resolve: @escaping (String) -> String) {
    let ssid = SettingKind<Int>.number(0...65_535)
    keys = mapping.mappings("keys").compactMap { entry in
      let id = entry.required("ssid", ssid)
      let secret = entry.required("secret", .secret(resolve))
      entry.finish()
      guard let id, let secret else { return nil }
      return Key(ssid: UInt16(id), secret: secret)
    }
    sessions = mapping.mappings("sessions").compactMap { entry in
      let id = entry.required("ssid", ssid)
      let from = entry.list("from", .network, default: [])
      entry.finish()
      return id.map { Session(ssid: UInt16($0), from: from) }
    }
    isStateful = mapping.value("stateful", .flag, default: true)
    let permitted = mapping.list("dscp", SettingKind.number(0...63).or("all"), default: [nil])
    dscp = permitted.contains(nil) ? nil : permitted.compactMap { $0.map(UInt8.init) }
    tellsLocation = mapping.value("location", .flag, default: true)
    packetsPerSource = mapping.value("packetsPerSource", .number(1...1_000_000), default: 1_000)
    mapping.finish()
    if let twice = keys.indices.first(where: { index in keys[..<index].contains { $0.ssid == keys[index].ssid } }) {
      mapping.report("keys", "has two keys for the session id \(keys[twice].ssid)")
    }
  }
}

extension SettingKind where Value == STAMPSessionOptions.Protection {
  fileprivate static var protection: Self {
    SettingKind(
      expected: "packets or extensions", parse: { STAMPSessionOptions.Protection(rawValue: $0) }, show: \.rawValue)
  }
}
