import Fetch
import Foundation

/// `POST` of one JSON object to the channel's address: figures exact for machines, sentences in both languages for people.
extension ChannelKind {
  public static let webhook = ChannelKind(name: "webhook") { notification, channel, _ in
    try .json(WebhookBody(notification), to: channel.url)
  }
}

/// The object; its members are documented in README and only ever added.
struct WebhookBody: Encodable {
  var version = 1
  var key: String
  var incident: String
  var status: String
  var severity: String
  var site: Notification.Place
  var target: Notification.Place
  var route: String
  var label: String
  var origin: String
  var metric: String
  var value: String?
  var limit: String?
  var startedAt: String
  var endedAt: String?
  var likelyCause: Notification.Text
  var text: Notification.Text

  init(_ notification: Notification) {
    key = notification.key
    incident = notification.incident
    status = notification.status.rawValue
    severity = notification.severity.rawValue
    site = notification.site
    target = notification.target
    route = notification.route
    label = notification.label
    origin = notification.origin
    metric = notification.breach.metric
    value = notification.breach.figures?.value
    limit = notification.breach.figures?.limit
    startedAt = RFC3339.text(notification.startedAt)
    endedAt = notification.endedAt.map(RFC3339.text)
    likelyCause = Notification.Text(ja: notification.japaneseCause, en: notification.englishCause)
    text = Notification.Text(ja: notification.japaneseText(), en: notification.englishText())
  }
}

/// RFC 3339 in UTC with milliseconds, as machines want it.
enum RFC3339 {
  static func text(_ nanoseconds: Int64) -> String {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    return Date(timeIntervalSince1970: Double(nanoseconds) / 1e9).formatted(style)
  }
}

extension FetchRequest {
  /// A `POST` of a JSON value, its keys in a fixed order.
  static func json(_ value: some Encodable, to url: String) throws -> FetchRequest {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return FetchRequest(
      "POST", url, headers: [Header("Content-Type", "application/json")], body: [UInt8](try encoder.encode(value)))
  }
}
