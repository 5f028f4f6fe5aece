import Measurement
import Wire

/// Work on the network that was announced. What is measured meanwhile is neither good nor bad and pages nobody; it is
/// counted, by its reason.
public struct PlannedWork: Sendable, Hashable, Codable {
  /// Given by the history; 0 before.
  public var id: Int64 = 0
  public var start: WallTime
  public var end: WallTime
  /// For people, in their own words.
  public var reason: String
  /// The paths it touches; all where there are none.
  public var scopes: [Scope]

  public init(start: WallTime, end: WallTime, reason: String, scopes: [Scope] = []) {
    self.start = start
    self.end = end
    self.reason = reason
    self.scopes = scopes
  }

  /// Paths by where they begin and end. Written `tsu` or `tsu/hq`.
  public struct Scope: Sendable, Hashable, Codable, LosslessStringConvertible {
    /// A site or target.
    public var end: String
    /// Where they must end too, if it is not just any path.
    public var otherEnd: String?

    public init(end: String, otherEnd: String? = nil) {
      self.end = end
      self.otherEnd = otherEnd
    }

    public init?(_ description: String) {
      let parts = description.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.allSatisfy({ !$0.isEmpty }), let first = parts.first else { return nil }
      self.init(end: first, otherEnd: parts.count > 1 ? parts[1] : nil)
    }

    public var description: String { otherEnd.map { "\(end)/\($0)" } ?? end }

    /// In either direction.
    public func covers(_ path: Path) -> Bool {
      guard let otherEnd else { return path.site == end || path.target == end }
      return (path.site, path.target) == (end, otherEnd) || (path.target, path.site) == (end, otherEnd)
    }
  }

  /// Whether any of the interval is in the work's time, and the path among those it touches.
  public func covers(_ path: Path, _ interval: PathRecord.Interval) -> Bool {
    interval.start < end && interval.end > start && (scopes.isEmpty || scopes.contains { $0.covers(path) })
  }
}

extension Judgement {
  /// As it counts during planned work: the figures stay, and nobody is held to them.
  public func planned(for reason: String) -> Judgement {
    var planned = self
    planned.verdict = .planned
    planned.reason = nil
    planned.plannedWork = reason
    return planned
  }
}
