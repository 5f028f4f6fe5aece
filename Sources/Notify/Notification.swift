import Alerting
import Measurement
import Wire

/// What people are told of an incident: the facts, which each channel puts in its own form.
///
/// It is kept in the outbox as its own JSON, so members are only ever added, and only optional ones.
public struct Notification: Codable, Sendable, Equatable {
  /// Differs for each notification and never for repeats of one.
  public var key: String
  /// The same from the first to the last notification of an incident.
  public var incident: String
  public var status: Status
  public var severity: Severity
  public var site: Place
  public var target: Place
  /// `direct`, `proxy` or `relay`.
  public var route: String
  /// Tells paths apart that share the rest; empty for most.
  public var label: String
  /// `probe stamp`, `call uplink` and so on.
  public var origin: String
  public var breach: Breach
  /// Where the fault most likely lies.
  public var cause: Cause
  /// What the path's own figures tell of it; empty when they tell nothing.
  public var evidence: Text
  /// Start of the first bad interval, nanoseconds since 1970.
  public var startedAt: Int64
  /// When it was over; absent while it is not.
  public var endedAt: Int64?

  public enum Status: String, Codable, Sendable, CaseIterable {
    case firing, resolved
  }

  /// How urgent it is: routes choose channels by it.
  public enum Severity: String, Codable, Sendable, CaseIterable {
    /// Meetings suffer: somebody has to look now.
    case page
    /// Nothing is measured: somebody has to look, and nobody need be woken.
    case ticket
  }

  /// A site, a relay or a service, with its names.
  public struct Place: Codable, Sendable, Hashable {
    public var id: String
    public var ja: String
    public var en: String

    public init(id: String, ja: String, en: String) {
      self.id = id
      self.ja = ja
      self.en = en
    }
  }

  /// The same in both languages.
  public struct Text: Codable, Sendable, Hashable {
    public var ja: String
    public var en: String

    public init(ja: String, en: String) {
      self.ja = ja
      self.en = en
    }
  }

  /// What is wrong, with the worst value seen against its limit.
  public enum Breach: Codable, Sendable, Hashable {
    /// Parts per million.
    case loss(value: UInt64, limit: UInt64)
    /// Nanoseconds.
    case jitter(value: UInt64, limit: UInt64)
    /// Nanoseconds.
    case latency(value: UInt64, limit: UInt64)
    /// Nothing valid was measured.
    case unknown
  }

  /// Where the fault most likely lies.
  public typealias Cause = FaultPlace

  public init(
    key: String, incident: String, status: Status, severity: Severity, site: Place, target: Place, route: String,
    label: String, origin: String, breach: Breach, cause: Cause, evidence: Text, startedAt: WallTime,
    endedAt: WallTime?
  ) {
    self.key = key
    self.incident = incident
    self.status = status
    self.severity = severity
    self.site = site
    self.target = target
    self.route = route
    self.label = label
    self.origin = origin
    self.breach = breach
    self.cause = cause
    self.evidence = evidence
    self.startedAt = startedAt.nanoseconds
    self.endedAt = endedAt?.nanoseconds
  }
}
