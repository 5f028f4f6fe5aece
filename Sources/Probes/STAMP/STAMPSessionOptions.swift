/// How STAMP sessions are set up, beside what they send.
public struct STAMPSessionOptions: Sendable, Hashable {
  /// What a key protects.
  public enum Protection: String, Sendable, CaseIterable {
    /// Authenticated mode (RFC 8762 section 4.4): packets, and their extensions.
    case packets
    /// Unauthenticated mode, with the extensions alone protected (RFC 8972 section 4.8).
    case extensions
  }

  /// Shared with the reflector; `nil` is unauthenticated.
  public var key: [UInt8]?
  public var protection: Protection
  /// The first stream's session id, 1–65,535; the next streams take the next ones. `nil` draws one for each stream and
  /// start.
  public var ssid: UInt16?
  /// Ends a session whose reflector returns no session id (RFC 8972 section 3).
  public var stopsWithoutSSID: Bool
  /// Asks when the reflector's answers left, for a look at one reflector: it costs that some speed.
  var asksForDepartures = false

  public init(
    key: [UInt8]? = nil, protection: Protection = .packets, ssid: UInt16? = nil, stopsWithoutSSID: Bool = false
  ) {
    self.key = key
    self.protection = protection
    self.ssid = ssid
    self.stopsWithoutSSID = stopsWithoutSSID
  }

  /// The same for the stream at `index` of a target: each is a session of its own and needs an id of its own.
  public func forStream(_ index: Int) -> STAMPSessionOptions {
    var options = self
    options.ssid = ssid.map { first in
      let next = (Int(first) - 1 + index) % Int(UInt16.max)
      return UInt16(truncatingIfNeeded: next + 1)
    }
    return options
  }
}
