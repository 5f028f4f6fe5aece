/// Announced work: what is measured meanwhile on the paths it touches is neither good nor bad and pages nobody.
public struct PlannedWorkBody: Codable, Sendable, Equatable {
  /// What it is ended by; absent in what is announced.
  public var id: Int64?
  /// Seconds since 1970.
  public var from: Double
  public var to: Double
  public var reason: String
  /// `tsu` for all paths that begin or end there, `tsu/hq` for those between the two; all paths where empty.
  public var scopes: [String]

  public static let longestReason = 200
  public static let mostScopes = 100
  /// In seconds: 31 days.
  public static let longest: Double = 31 * 86_400
  /// It begins within so many seconds: 400 days. A year further away was mistyped.
  public static let farthest: Double = 400 * 86_400

  public init(id: Int64? = nil, from: Double, to: Double, reason: String, scopes: [String]) {
    self.id = id
    self.from = from
    self.to = to
    self.reason = reason
    self.scopes = scopes
  }
}
