/// The two layouts of a test packet (RFC 8762 section 4.2 and 4.3). A session uses one; packets do not say which.
public enum PacketMode: Sendable, Hashable, CaseIterable {
  case unauthenticated
  case authenticated

  /// Length of the base packet, before any TLV.
  @inlinable public var baseByteCount: Int {
    self == .unauthenticated ? 44 : 112
  }

  /// Where the base packet's HMAC lies; it covers everything before.
  static let authenticationOffset = 96
  static let authenticationByteCount = 16
}
