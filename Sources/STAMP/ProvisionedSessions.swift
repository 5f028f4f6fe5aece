import Wire

/// The sessions a reflector was told of beforehand (RFC 8972 section 3); it answers no others.
public struct ProvisionedSessions: Sendable, Equatable {
  /// One entry: an SSID, and where its sender may stand.
  public struct Session: Sendable, Hashable {
    /// 0 for senders that use none, TWAMP Light's above all.
    public var ssid: UInt16
    /// The sender's networks; empty for any.
    public var sources: [AddressBlock]

    public init(ssid: UInt16, sources: [AddressBlock] = []) {
      self.ssid = ssid
      self.sources = sources
    }
  }

  private var sources: [UInt16: [AddressBlock]] = [:]

  /// Entries with one SSID add up.
  public init(_ sessions: [Session]) {
    for session in sessions {
      let blocks = session.sources.isEmpty ? Self.everywhere : session.sources
      sources[session.ssid, default: []] += blocks
    }
  }

  public func contains(ssid: UInt16, source: IPAddress) -> Bool {
    sources[ssid]?.contains { $0.contains(source) } ?? false
  }

  private static let everywhere = ["0.0.0.0/0", "::/0"].compactMap(AddressBlock.init)
}
