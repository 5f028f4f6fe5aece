/// Who sends (RFC 8866 section 6.7), from the side that wrote it.
public enum Direction: String, Sendable, CaseIterable {
  case sendrecv, sendonly, recvonly, inactive

  /// What is said among the attributes of a section or of the session; `nil` when nothing is.
  public init?(_ attributes: Attributes) {
    guard let said = Self.allCases.first(where: { attributes.has($0.rawValue) }) else { return nil }
    self = said
  }

  /// The same seen from the other side.
  public var mirrored: Direction {
    switch self {
    case .sendonly: .recvonly
    case .recvonly: .sendonly
    case .sendrecv, .inactive: self
    }
  }
}
