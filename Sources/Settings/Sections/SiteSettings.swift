import Wire

/// A place people meet from, and how its clients are recognised.
public struct SiteSettings: Sendable, Equatable {
  public var id: String
  public var japaneseName: String
  public var englishName: String
  /// A client's or a stream's address finds its site here.
  public var networks: [AddressBlock]
  /// Where the site's agent answers STAMP.
  public var reflector: Endpoint?
  /// What answers for a site without an agent: pings, or STAMP or TWAMP Light on this port.
  public var router: Endpoint?
  /// Bits per second that its line carries away from it; `nil` where that is not said.
  public var uplink: Int?
  /// Whether an agent is there, or is to be; without, it is in no mesh.
  public var hasAgent: Bool
  /// How it is measured.
  public var stamp: STAMPSettings

  /// Where it is measured.
  public var measuringPoint: Endpoint? { hasAgent ? reflector : router ?? reflector }
  /// By its router, which says less than an agent.
  public var isMeasuredAtRouter: Bool { !hasAgent && router != nil }

  init?(_ mapping: SettingsMapping, resolve: @escaping (String) -> String) {
    let id = mapping.required("id", .identifier)
    let name = mapping.mapping("name")
    let fallback = id ?? ""
    japaneseName = name.value("ja", .text, default: fallback)
    englishName = name.value("en", .text, default: fallback)
    name.finish()
    networks = mapping.list("networks", .network, default: [])
    reflector = mapping.optional("reflector", .reflector)
    router = mapping.optional("router", .reflector)
    uplink = mapping.optional("uplink", .bitrate)
    hasAgent = mapping.value("agent", .flag, default: router == nil)
    if hasAgent, router != nil {
      mapping.report("router", "is for a site without an agent; one that has an agent is measured at its reflector")
    }
    stamp = STAMPSettings(mapping.mapping("stamp"), resolve: resolve)
    mapping.finish()
    guard let id else { return nil }
    self.id = id
  }

  /// As `uplink` is written, `100 Mbit/s`: in bits per second.
  public static func uplink(_ text: String) -> Int? { SettingKind.bitrate.parse(text) }

  /// Rules between sites: at least one, ids once, no network of two sites overlapping unless one lies within the other.
  static func checkTogether(_ sites: [SiteSettings], _ root: SettingsMapping) {
    if sites.isEmpty { root.report("sites", "needs at least one site, with an id") }
    for (index, site) in sites.enumerated() {
      for earlier in sites[..<index] {
        if earlier.id == site.id { root.report("sites", "has the id \"\(site.id)\" twice") }
        for network in site.networks where earlier.networks.contains(network) {
          root.report("sites", "gives the network \(network) to both \"\(earlier.id)\" and \"\(site.id)\"")
        }
      }
    }
  }
}
