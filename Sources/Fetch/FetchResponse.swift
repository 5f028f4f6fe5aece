/// A complete answer, whatever its status: 4xx and 5xx are answers too.
public struct FetchResponse: Sendable {
  public var status: Int
  /// In the order they came, those of the final answer only.
  public var headers: [FetchRequest.Header]
  public var body: [UInt8]
  public var timings: PhaseTimings
  /// The address that answered: the proxy's, where there is one.
  public var remoteAddress: String
  /// When the first of the server's certificates expires, in seconds since 1970; `nil` without TLS, and where the
  /// request is no measurement.
  public var certificateExpiry: Int64?

  /// The first value of a header, its name compared without case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// How long each phase of an exchange took. A phase that did not happen (a connection used again) took nothing.
public struct PhaseTimings: Sendable, Equatable {
  public var nameLookup: Duration
  public var connect: Duration
  /// With a proxy, asking it for the way to the server too.
  public var tlsHandshake: Duration
  /// From the request's first byte to the answer's first.
  public var firstByte: Duration
  public var transfer: Duration
  public var total: Duration

  /// From libcurl's marks, which all count from the start, in microseconds; a mark not reached is 0.
  init(nameLookup: Int, connect: Int, appConnect: Int, preTransfer: Int, startTransfer: Int, total: Int) {
    var reached = 0
    func phase(_ mark: Int) -> Duration {
      guard mark > reached else { return .zero }
      defer { reached = mark }
      return .microseconds(mark - reached)
    }
    self.nameLookup = phase(nameLookup)
    self.connect = phase(connect)
    self.tlsHandshake = phase(appConnect)
    _ = phase(preTransfer)
    self.firstByte = phase(startTransfer)
    self.transfer = phase(total)
    self.total = .microseconds(total)
  }
}
