import Fetch

/// Which monitor to show, and how.
public struct DashboardConfiguration: Sendable {
  /// `https://monitor.example:8443`, without a path.
  public var monitor: String
  /// Whose certificate is believed.
  public var trust: Trust
  /// Asked with each request for what is sent as a bearer token, where the monitor asks for one.
  public var token: @Sendable () -> String?
  /// `nil` for what the environment says.
  public var language: Language?
  /// The process's environment: language and kind of terminal.
  public var environment: [String: String]

  public enum Language: String, Sendable, CaseIterable {
    case ja, en
  }

  public init(
    monitor: String, trust: Trust, token: @escaping @Sendable () -> String? = { nil }, language: Language? = nil,
    environment: [String: String]
  ) {
    self.monitor = monitor
    self.trust = trust
    self.token = token
    self.language = language
    self.environment = environment
  }

  var words: Words {
    Words(language ?? Language(environment: environment))
  }

  func request(_ path: String) -> FetchRequest {
    var headers = [FetchRequest.Header("Accept", "application/json, text/event-stream")]
    if let token = token() { headers.append(FetchRequest.Header("Authorization", "Bearer \(token)")) }
    return FetchRequest("GET", monitor + path, headers: headers, trust: trust)
  }
}

extension DashboardConfiguration.Language {
  /// From the environment as every terminal program reads it: the first of LC_ALL, LC_MESSAGES, LANG that is set.
  init(environment: [String: String]) {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"]
    let value = names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    self = value.hasPrefix("ja") ? .ja : .en
  }
}
