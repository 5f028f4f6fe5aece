/// The HTTP interface's addresses, the one place where they are spelled.
public enum Paths {
  /// `POST` an offer to join, `…/{participant}`: `PATCH`, `DELETE`; `…/{participant}/events`: event stream.
  public static let rooms = "/v1/rooms"
  /// `POST` records from agents (ingest).
  public static let records = "/v1/records"
  /// `GET` what the dashboard shows first.
  public static let overview = "/v1/overview"
  /// `GET` event stream for dashboards: `overview` events, then changes.
  public static let events = "/v1/events"
  /// `GET` incidents, newest first.
  public static let incidents = "/v1/incidents"
  /// `GET` liveness.
  public static let health = "/v1/health"
  public static let metrics = "/metrics"
  public static let whip = "/whip"
  public static let whep = "/whep"
}
