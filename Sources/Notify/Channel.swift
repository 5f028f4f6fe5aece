import Fetch
import Wire

/// Somebody to tell, and how.
public struct Channel: Sendable {
  /// What routes call it.
  public var name: String
  public var kind: ChannelKind
  /// The receiver's address.
  public var url: String
  /// Sent with each post: credentials, for instance.
  public var headers: [FetchRequest.Header]
  /// Whose certificate the receiver must show.
  public var trust: Trust

  public init(
    name: String, kind: ChannelKind, url: String, headers: [FetchRequest.Header] = [], trust: Trust = .system
  ) {
    self.name = name
    self.kind = kind
    self.url = url
    self.headers = headers
    self.trust = trust
  }
}

/// A form in which notifications are delivered.
///
/// To add one: write a file beside `Webhook.swift` and name it in `all`.
public struct ChannelKind: Sendable {
  public static let all: [ChannelKind] = [.webhook, .alertmanager]

  /// What the configuration calls it.
  public var name: String
  /// A receiver that forgets what fires unless told again: it is, at each `Notifier.restate`.
  var isRestated = false
  /// The request that delivers a notification; the notifier adds the channel's headers, trust and the key. Any answer
  /// of 200–299 takes it.
  var request: @Sendable (Notification, Channel, _ now: WallTime) throws -> FetchRequest

  public static func named(_ name: String) -> ChannelKind? {
    all.first { $0.name == name }
  }
}
