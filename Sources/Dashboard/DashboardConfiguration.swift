import Fetch

/// Which monitor to show, and how.
public struct DashboardConfiguration: Sendable {
  /// `https://monitor.example:8443`, without a path.
  public var monitor: String
  /// Whose certificate is believed.
  public var trust: Trust
  /// Asked with each request for what is sent as a bearer token, where the monitor asks for one.
  public var token: @Sendable () -> String?
  /// The process's environment: language and kind of terminal.
  public var environment: [String: String]

  public init(
    monitor: String, trust: Trust, token: @escaping @Sendable () -> String? = { nil }, environment: [String: String]
  ) {
    self.monitor = monitor
    self.trust = trust
    self.token = token
    self.environment = environment
  }

  func request(_ path: String) -> FetchRequest {
    var headers = [FetchRequest.Header("Accept", "application/json, text/event-stream")]
    if let token = token() { headers.append(FetchRequest.Header("Authorization", "Bearer \(token)")) }
    return FetchRequest("GET", monitor + path, headers: headers, trust: trust)
  }
}
