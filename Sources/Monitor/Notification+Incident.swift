import Alerting
import Measurement
import Notify
import Wire

extension Notification.Breach {
  /// The worst value of an incident.
  init(_ incident: Incident) {
    guard let worst = incident.headline else {
      self = .unknown
      return
    }
    switch worst.metric {
    case .loss: self = .loss(value: worst.value, limit: worst.limit)
    case .jitter: self = .jitter(value: worst.value, limit: worst.limit)
    case .latency: self = .latency(value: worst.value, limit: worst.limit)
    }
  }
}

extension Notification {
  /// What is told of an action. The key follows from the incident and the action alone, so that whoever tells it again
  /// uses the same.
  /// - Parameter pages: whether a breach of this path is worth waking somebody.
  init(_ action: IncidentAction, cause: Cause, sites: [Site], pages: Bool = true) {
    let incident = action.incident
    let path = incident.series.path
    let key =
      switch action {
      case .raise: "\(incident.id)-firing"
      case .update: "\(incident.id)-update-\(incident.lastBadAt.nanoseconds)"
      case .resolve: "\(incident.id)-resolved"
      }
    let isOver = incident.phase == .resolved
    self.init(
      key: key, incident: incident.id, status: isOver ? .resolved : .firing,
      severity: incident.kind == .breach && pages ? .page : .ticket, site: Place(path.site, sites),
      target: Place(path.target, sites), route: path.route.rawValue, label: path.label,
      origin: incident.series.origin.description, breach: Breach(incident), cause: cause,
      evidence: Self.evidence(of: incident), startedAt: incident.startedAt,
      endedAt: isOver ? incident.lastBadAt : nil)
  }
}

extension Notification {
  /// What the figures say, which way packets went, and how far all that is to be trusted.
  private static func evidence(of incident: Incident) -> Text {
    var japanese = [incident.evidence.japanese, incident.route?.japanese ?? ""]
    var english = [incident.evidence.english, incident.route?.english ?? ""]
    if incident.series.path.endsAtRouter {
      japanese.append("エージェントがないためルーターで計測した参考値です。")
      english.append("Measured at the router, since no agent is there: of lower confidence.")
    }
    return Text(ja: japanese.joined(), en: english.filter { !$0.isEmpty }.joined(separator: " "))
  }
}

extension Notification.Place {
  /// A site has names; relays and services are called by their id.
  init(_ id: String, _ sites: [Site]) {
    let site = sites.first { $0.id == id } ?? Site(id: id)
    self.init(id: id, ja: site.japaneseName, en: site.englishName)
  }
}
