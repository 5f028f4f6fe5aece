import Wire

/// What became of a packet handed to SRTP.
public enum SRTPOutcome: Equatable, Sendable {
  /// The result is this long.
  case done(byteCount: Int)
  /// The packet goes no further. What stands in the output means nothing.
  case dropped(DropReason)
}
