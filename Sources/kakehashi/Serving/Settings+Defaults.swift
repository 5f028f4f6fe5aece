import Settings
import Wire

/// What `auto` stands for, once the data folder is known.
extension Settings {
  var certificateFile: String { http.certificate ?? "\(dataFolder)/tls/certificate.pem" }
  var keyFile: String { http.key ?? "\(dataFolder)/tls/key.pem" }
  /// What dashboards and agents elsewhere pin, in words to type.
  var pinFile: String { "\(dataFolder)/tls/pin" }
  /// What commands beside the data folder show to add sites, let agents in and publish jobs; drawn at the first start.
  var manageToken: SecretSource { .file("\(dataFolder)/manage.token") }
  /// What agents show; drawn at the first start when the configuration names none.
  var agentToken: SecretSource { http.agentToken ?? .file("\(dataFolder)/agent.token") }

  /// This machine's own monitor, as reached from it.
  var localMonitor: String {
    let address = http.listen.address
    let host: String =
      if address == .anyV4 { "127.0.0.1" } else if address == .anyV6 { "[::1]" } else {
        address.isV4 ? address.description : "[\(address)]"
      }
    return "https://\(host):\(http.listen.port)"
  }

  /// The site's reflector, or what the configuration says instead.
  func reflector(of site: String) -> Endpoint? {
    reflector(of: site, in: sites)
  }

  /// The same by a list of sites that was published.
  func reflector(of site: String, in sites: [SiteSettings]) -> Endpoint? {
    (site == self.site ? agent.reflector : nil) ?? sites.first { $0.id == site }?.measuringPoint
  }
}
