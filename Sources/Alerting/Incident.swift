import Measurement
import Wire

/// A lasting breach of one path, from its first bad interval to its end.
public struct Incident: Sendable, Equatable, Codable {
  /// The same from its first to its last notification, and across restarts.
  public var id: String
  public var series: PathRecord.Series
  public var kind: Kind
  public var phase: Phase
  /// Start of the first bad interval.
  public var startedAt: WallTime
  /// End of the interval with which it was raised; `nil` while pending.
  public var raisedAt: WallTime?
  /// End of the latest bad interval: after it, the path was good.
  public var lastBadAt: WallTime
  /// When it was found to be over; `nil` until then.
  public var resolvedAt: WallTime?
  /// For each metric that broke its limit the worst value. Empty for `unmeasured`.
  public var worst: [Finding]
  /// The likely cause, so far as this path alone tells.
  public var evidence: Evidence
  /// Where the fault lay by what all paths said while it fired, and each place it was found at after that, in order; `nil`
  /// before it is raised, and of what was raised before this was kept.
  public var causes: [Cause]?
  /// The route when it began, beside the last good one; `nil` while that is not known.
  public var route: RouteChange?

  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A limit is broken.
    case breach
    /// Nothing can be told: no records, nothing sent, nothing listening.
    case unmeasured
  }

  /// A place of the fault, and since when it was the likely one.
  public struct Cause: Sendable, Hashable, Codable {
    public var place: FaultPlace
    public var since: WallTime

    public init(place: FaultPlace, since: WallTime) {
      self.place = place
      self.since = since
    }
  }

  /// What comes after so many changes takes the place of the last: the first tells most.
  static let causeCapacity = 16

  public enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
    case pending, firing, resolved
  }

  /// The worst of the worst: what a one-line message says.
  public var headline: Finding? {
    worst.max { $1.isWorse(than: $0) }
  }

  /// The series, the kind and the start make the identity, so that any two runs agree on it: the start as it would be had
  /// the wall clock never been set (by `clockShift` nanoseconds altogether), since a clock set back shows a time twice.
  init(_ judgement: Judgement, kind: Kind, clockShift: Int64 = 0) {
    series = judgement.series
    self.kind = kind
    phase = .pending
    startedAt = judgement.interval.start
    lastBadAt = judgement.interval.end
    worst = []
    evidence = judgement.evidence
    id = Self.id(series, kind, startedAt.advanced(byNanoseconds: -clockShift))
    include(judgement)
  }

  mutating func clockStepped(by step: Int64) {
    startedAt = startedAt.advanced(byNanoseconds: step)
    raisedAt = raisedAt?.advanced(byNanoseconds: step)
    lastBadAt = lastBadAt.advanced(byNanoseconds: step)
    causes = causes?.map { Cause(place: $0.place, since: $0.since.advanced(byNanoseconds: step)) }
  }

  /// Keeps where the fault lies now.
  mutating func note(_ place: FaultPlace) {
    guard causes?.last?.place != place else { return }
    var noted = causes ?? []
    if noted.count == Self.causeCapacity { noted.removeLast() }
    noted.append(Cause(place: place, since: lastBadAt))
    causes = noted
  }

  mutating func include(_ judgement: Judgement) {
    lastBadAt = judgement.interval.end
    for finding in judgement.findings where finding.isBreach {
      if let place = worst.firstIndex(where: { $0.metric == finding.metric }) {
        if finding.isWorse(than: worst[place]) { worst[place] = finding }
      } else {
        worst.append(finding)
        worst.sort { $0.metric < $1.metric }
      }
    }
  }

  /// Sixteen hexadecimal digits: FNV-1a over all that makes the identity.
  private static func id(_ series: PathRecord.Series, _ kind: Kind, _ start: WallTime) -> String {
    let path = series.path
    let words = [
      path.site, path.target, path.route.rawValue, path.label, series.origin.description, kind.rawValue,
      String(start.nanoseconds),
    ]
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in words.joined(separator: "\u{0}").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
