import Wire

/// A local and a remote address between which datagrams go (RFC 8445 section 4): on one socket, the 5-tuple.
@frozen public struct CandidatePair: Hashable, Sendable, BitwiseCopyable {
  public var local: Endpoint
  public var remote: Endpoint

  @inlinable public init(local: Endpoint, remote: Endpoint) {
    self.local = local
    self.remote = remote
  }
}
