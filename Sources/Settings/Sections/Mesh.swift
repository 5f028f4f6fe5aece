import Alerting
import Measurement
import Probes
import Wire

/// A mesh over all sites that have an agent: each measures the hub as a meeting needs it, and its two neighbours along a
/// ring past the hub, so that a fault of the hub is told from one of a site's line without a path between any two sites.
public struct Mesh: Sendable, Equatable {
  public var hub: String
  /// Each is the neighbour of the next, and the last of the first.
  public var ring: [String]

  /// The ring closes over the sites that are there, in their order.
  init(hub: String, sites: [SiteSettings]) {
    self.hub = hub
    ring = sites.filter { $0.id != hub && $0.reflector != nil && $0.hasAgent }.map(\.id)
  }

  /// Before and after it; none where it is alone.
  func neighbours(of site: String) -> [String] {
    guard let place = ring.firstIndex(of: site), ring.count > 1 else { return [] }
    let before = ring[(place + ring.count - 1) % ring.count]
    let after = ring[(place + 1) % ring.count]
    return before == after ? [after] : [before, after]
  }

  /// Enough to tell whether a way is there, and no burden.
  static let stream = STAMPStream(
    label: PathVerdicts.ringLabel, packetBytes: 172, interval: .seconds(1), dscp: 46)
  /// Shorter than 300 packets take: where a fault lies has to be known as soon as it is told. So its breaches page nobody.
  static let interval = Duration.seconds(60)
}
