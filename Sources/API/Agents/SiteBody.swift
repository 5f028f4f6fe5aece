/// A place people meet from, as it is added, listed and delivered.
public struct SiteBody: Codable, Sendable, Hashable {
  /// 1 to 32 small letters, digits, `-` or `_`.
  public var id: String
  public var name: LocalizedName
  /// In CIDR notation.
  public var networks: [String]
  /// Where its agent answers STAMP, `10.7.0.5:862`.
  public var reflector: String?
  /// What its line carries away from it: probes take a fiftieth of it. Absent where that is not said.
  public var uplinkKilobitsPerSecond: Int?
  /// What is measured instead where no agent is: an address, with a port if that answers STAMP or TWAMP Light.
  public var router: String?

  public init(
    id: String, name: LocalizedName, networks: [String], reflector: String? = nil, uplinkKilobitsPerSecond: Int? = nil,
    router: String? = nil
  ) {
    self.id = id
    self.name = name
    self.networks = networks
    self.reflector = reflector
    self.uplinkKilobitsPerSecond = uplinkKilobitsPerSecond
    self.router = router
  }
}

/// `GET /v1/sites`: all of them, those of the monitor's own configuration first.
public struct SitesBody: Codable, Sendable, Equatable {
  /// Those that stand in the monitor's configuration and are changed only there.
  public var configured: [SiteBody]
  public var added: [SiteBody]

  public init(configured: [SiteBody], added: [SiteBody]) {
    self.configured = configured
    self.added = added
  }
}

/// `PUT /v1/sites`: sites to add or to change, all of them or none.
public struct SitesChangeBody: Codable, Sendable, Equatable {
  public var sites: [SiteBody]

  public init(sites: [SiteBody]) {
    self.sites = sites
  }
}
