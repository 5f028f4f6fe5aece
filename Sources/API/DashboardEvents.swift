/// Names of the events in a dashboard's stream, and what each one's data is.
public enum DashboardEventName: String, Sendable, CaseIterable {
  /// `Overview`, whole: at once, and after every change, at most once a second.
  case overview
}
