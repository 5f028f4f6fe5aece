import Fetch
import Foundation
import Wire

/// Prometheus Alertmanager's API v2: `POST <address>/api/v2/alerts` with a list of one alert.
///
/// Alertmanager resolves an alert whose `endsAt` has passed and keeps alerts in memory only, so a firing one carries an
/// end some minutes ahead and is restated before it comes (`Notifier.restate`), as Prometheus does.
extension ChannelKind {
  public static let alertmanager = ChannelKind(name: "alertmanager", isRestated: true) { notification, channel, now in
    var address = channel.url
    while address.hasSuffix("/") { address.removeLast() }
    return try .json([AlertmanagerAlert(notification, now: now)], to: address + "/api/v2/alerts")
  }
}

/// The `postableAlert` of Alertmanager's OpenAPI description. Equal labels mean the same alert.
struct AlertmanagerAlert: Encodable {
  var labels: [String: String]
  var annotations: [String: String]
  var startsAt: String
  var endsAt: String

  /// How long a firing alert stands unless restated: four times the interval at which it is, as in Prometheus.
  static let validity = Notifier.restateInterval * 4

  init(_ notification: Notification, now: WallTime) {
    labels = [
      "alertname": "MeetingQuality", "incident": notification.incident, "severity": notification.severity.rawValue,
      "site": notification.site.id, "target": notification.target.id, "route": notification.route,
      "origin": notification.origin,
    ]
    // An empty label is the same as none.
    if !notification.label.isEmpty { labels["label"] = notification.label }
    annotations = [
      "summary": notification.englishText(), "summary_ja": notification.japaneseText(),
      "metric": notification.breach.metric, "likely_cause": notification.englishCause,
      "likely_cause_ja": notification.japaneseCause, "key": notification.key,
    ]
    if let figures = notification.breach.figures {
      annotations["value"] = figures.value
      annotations["limit"] = figures.limit
    }
    startsAt = RFC3339.text(notification.startedAt)
    endsAt = RFC3339.text(notification.endedAt ?? (now + Self.validity).nanoseconds)
  }
}
