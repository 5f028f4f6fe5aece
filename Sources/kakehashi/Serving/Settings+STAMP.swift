import Agent
import Probes
import STAMP
import Settings

/// What STAMP is started with: keys are read here, at the start, and nowhere else.
extension Settings {
  /// How the agents of this process measure a site.
  func stampOptions(of site: String) throws(Failure) -> STAMPSessionOptions {
    guard let stamp = siteSettings(site)?.stamp else { return STAMPSessionOptions() }
    return STAMPSessionOptions(key: try stamp.secret?.stampKey(), protection: stamp.protection, ssid: stamp.ssid)
  }

  /// The reflector of one of the sites that this process stands for, `nil` where none is configured.
  func reflectorConfiguration(of site: String) throws(Failure) -> ReflectorConfiguration? {
    guard let endpoint = reflector(of: site) else { return nil }
    let stamp = siteSettings(site)?.stamp
    let key = try stamp?.secret?.stampKey()
    var bySSID: [UInt16: [UInt8]] = [:]
    for key in agent.stamp.keys { bySSID[key.ssid] = try key.secret.stampKey() }
    let isAuthenticated = key != nil ? stamp?.protection == .packets : !bySSID.isEmpty
    let sessions = agent.stamp.sessions.map { ProvisionedSessions.Session(ssid: $0.ssid, sources: $0.from) }
    let rate = agent.stamp.packetsPerSource
    return ReflectorConfiguration(
      listen: endpoint,
      sessions: SessionReflector.Configuration(
        mode: isAuthenticated ? .authenticated : .unauthenticated,
        keys: SessionKeys(fallback: key, bySSID: bySSID),
        provisioned: sessions.isEmpty ? nil : ProvisionedSessions(sessions), isStateful: agent.stamp.isStateful,
        permittedDSCPs: agent.stamp.dscp.map(DSCPSet.init) ?? .all,
        tellsLocation: agent.stamp.tellsLocation, sourceRate: rate, sourceBurst: max(rate / 4, 1)))
  }
}

extension SecretSource {
  private static let hexPrefix = "hex:"
  private static let shortestKey = 16

  /// A key for HMAC-SHA-256: the word itself, or after `hex:` the octets it writes.
  func stampKey() throws(Failure) -> [UInt8] {
    let word = try secret()
    guard word.hasPrefix(Self.hexPrefix) else {
      guard word.utf8.count >= Self.shortestKey else { throw tooShort }
      return Array(word.utf8)
    }
    let digits = word.dropFirst(Self.hexPrefix.count).map(\.hexDigitValue)
    guard digits.count >= 2 * Self.shortestKey else { throw tooShort }
    guard digits.count % 2 == 0, !digits.contains(nil) else {
      throw .configuration("\(place) must have an even number of hexadecimal digits after hex:.")
    }
    let values = digits.compactMap { $0 }
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }

  private var tooShort: Failure {
    .configuration(
      "\(place) is too short for a STAMP key: \(Self.shortestKey) characters at least, or hex: and twice as many digits."
    )
  }
}
