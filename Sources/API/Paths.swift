/// The HTTP interface's addresses, the one place where they are spelled.
public enum Paths {
  /// `…/{room}`: `GET` whether one may join; `…/{room}/participants`: `POST` an offer to join, `…/{participant}`:
  /// `PATCH`, `DELETE`; `…/{participant}/events`: event stream.
  public static let rooms = "/v1/rooms"
  /// `POST` records from agents (ingest).
  public static let records = "/v1/records"
  /// `POST` how an agent stands, answered with the jobs it is to do.
  public static let agentReport = "/v1/agent/report"
  /// `POST` a one-time code: an agent gets its identity.
  public static let enrolments = "/v1/enrolments"
  /// `GET` all sites, `PUT` to add and change; `…/{site}/code`: `POST` for a one-time code.
  public static let sites = "/v1/sites"
  /// `GET` all agents; `…/{site}`: `DELETE` to revoke.
  public static let agents = "/v1/agents"
  /// `GET` which job set is meant for whom, `POST` to publish one; `…/promotion`, `…/rollback`: `POST`.
  public static let jobs = "/v1/jobs"
  public static let jobPromotion = "\(jobs)/promotion"
  public static let jobRollback = "\(jobs)/rollback"
  /// `GET` what the dashboard shows first.
  public static let overview = "/v1/overview"
  /// `GET` event stream for dashboards: an `overview` event at once and after every change.
  public static let events = "/v1/events"
  /// `GET` incidents, newest first.
  public static let incidents = "/v1/incidents"
  /// `GET` announced work that is not over, `POST` to announce some; `…/{id}`: `DELETE` to take it back or end it.
  public static let planned = "/v1/planned"
  /// `GET` every site's month: `?month=2026-11`, this one without.
  public static let months = "/v1/months"
  /// `GET` a site's history: `?site=tsu&from=…&to=…`, seconds since 1970; `resolution` (interval, 5min, hour, day) if it is
  /// not to follow from the span, `target`, `label`, `origin` to have less.
  public static let history = "/v1/history"
  /// `GET` liveness.
  public static let health = "/v1/health"
  public static let metrics = "/metrics"
  public static let whip = "/whip"
  public static let whep = "/whep"
  /// The meeting page of a room, for people.
  public static let meeting = "/r"
  /// Before the token in a link's fragment, which browsers keep to themselves.
  public static let invitationPrefix = "invitation="

  /// Where a site's one-time codes are made.
  public static func code(of site: String) -> String {
    "\(sites)/\(site)/code"
  }

  /// A site's agent.
  public static func agent(of site: String) -> String {
    "\(agents)/\(site)"
  }

  /// A room's entrance.
  public static func room(_ room: RoomName) -> String {
    "\(rooms)/\(room.pathComponent)"
  }

  /// Where a room's participants are made (`POST`).
  public static func participants(of room: RoomName) -> String {
    "\(self.room(room))/participants"
  }

  /// One participant: `PATCH` to restart or change state, `DELETE` to leave.
  public static func participant(_ id: String, of room: RoomName) -> String {
    "\(participants(of: room))/\(id)"
  }

  /// The event stream of one participant.
  public static func participantEvents(_ id: String, of room: RoomName) -> String {
    "\(participant(id, of: room))/events"
  }

  /// A WHIP publisher's resource.
  public static func whipResource(_ id: String, of room: RoomName) -> String {
    "\(whip)/\(room.pathComponent)/\(id)"
  }

  /// A WHEP viewer's resource.
  public static func whepResource(_ id: String, of room: RoomName) -> String {
    "\(whep)/\(room.pathComponent)/\(id)"
  }
}

/// Content types that are not in everybody's table.
public enum MediaTypes {
  public static let records = "application/vnd.kakehashi.records"
  public static let sdp = "application/sdp"
  /// Trickled candidates, RFC 8840.
  public static let sdpFragment = "application/trickle-ice-sdpfrag"
  public static let eventStream = "text/event-stream"
}
