import Wire

/// `a=candidate` of an ICE-lite relay: a host candidate over UDP (RFC 8839 section 5.1).
public struct Candidate: Equatable, Sendable, CustomStringConvertible {
  public let foundation: String
  /// RFC 8445 section 5.1.2.1.
  public let priority: UInt32
  public let endpoint: Endpoint

  /// - Parameter preference: order among the relay's own addresses, 0 the most liked, at most 65,535.
  public init(host endpoint: Endpoint, preference: UInt16) {
    foundation = "\(UInt32(preference) + 1)"
    // Type preference 126 for host candidates; component 1.
    priority = 126 << 24 | UInt32(UInt16.max - preference) << 8 | 255
    self.endpoint = endpoint
  }

  public var description: String {
    "\(foundation) 1 udp \(priority) \(endpoint.address) \(endpoint.port) typ host"
  }
}
