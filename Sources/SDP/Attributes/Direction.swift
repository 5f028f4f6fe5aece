/// Who sends (RFC 8866 section 6.7), from the side that wrote it.
public enum Direction: String, Sendable, CaseIterable {
  case sendrecv, sendonly, recvonly, inactive

  /// What is said of a section; `sendrecv` when nothing is.
  public init(of section: MediaDescription, in session: SessionDescription) {
    let said = Self.allCases.first { section.attributes.has($0.rawValue) }
    self = said ?? Self.allCases.first { session.attributes.has($0.rawValue) } ?? .sendrecv
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
