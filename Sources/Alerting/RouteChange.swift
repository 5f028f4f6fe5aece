import Measurement
import Wire

/// A path's route when an incident began, beside the last one while all was well.
public struct RouteChange: Sendable, Hashable, Codable {
  /// Who answered at one distance, the first at 1; nobody where it is empty.
  public struct Hop: Sendable, Hashable, Codable {
    public var addresses: [String]
    public var isTarget: Bool

    public init(_ hop: RouteHop) {
      addresses = hop.addresses.map(\.description)
      isTarget = hop.isTarget
    }
  }

  /// When it was followed.
  public var followedAt: WallTime
  public var hops: [Hop]
  /// `nil` where there was none.
  public var lastGood: [Hop]?

  public init(followedAt: WallTime, hops: [Hop], lastGood: [Hop]?) {
    self.followedAt = followedAt
    self.hops = hops
    self.lastGood = lastGood
  }

  /// What is other than it was.
  public enum Difference: Sendable, Hashable {
    case none
    /// Somebody else answers from this distance on.
    case another(distance: Int, before: String, now: String)
    /// Nobody answers from this distance on, and somebody did. The last who does, `nil` where nobody does.
    case cut(distance: Int, before: String, last: String?)
  }

  /// Silence on one side alone is no difference: routers answer when they have time. Only where nobody further on answers
  /// the way is cut.
  public var difference: Difference? {
    guard let lastGood else { return nil }
    for (place, (old, new)) in zip(lastGood, hops).enumerated()
    where !old.addresses.isEmpty && !new.addresses.isEmpty && Set(old.addresses).isDisjoint(with: new.addresses) {
      return .another(distance: place + 1, before: Self.text(old), now: Self.text(new))
    }
    let heard = hops.lastIndex { !$0.addresses.isEmpty }
    guard hops.last?.isTarget != true, lastGood.last?.isTarget == true,
      let next = lastGood.indices.first(where: { $0 > heard ?? -1 && !lastGood[$0].addresses.isEmpty })
    else { return Difference.none }
    return .cut(distance: next + 1, before: Self.text(lastGood[next]), last: heard.map { Self.text(hops[$0]) })
  }

  private static func text(_ hop: Hop) -> String { hop.addresses.joined(separator: ", ") }

  /// `10.0.0.1 → ? → 10.7.0.5`.
  public static func line(_ hops: [Hop]) -> String {
    hops.map { $0.addresses.isEmpty ? "?" : text($0) }.joined(separator: " → ")
  }

  // MARK: In words

  /// Empty where there is nothing to compare with.
  public var english: String {
    switch difference {
    case .another(let distance, let before, let now):
      "The route is another: hop \(distance) is \(now) and was \(before)."
    case .cut(_, let before, let last?): "The route ends after \(last); it went on to \(before)."
    case .cut(_, _, nil): "Not even the first router answers."
    case Difference.none?: "The route is as it was before."
    case nil: ""
    }
  }

  public var japanese: String {
    switch difference {
    case .another(let distance, let before, let now): "経路が変わりました。\(distance)ホップ目は\(before)から\(now)になりました。"
    case .cut(_, let before, let last?): "経路は\(last)で途切れています。以前は\(before)へ続いていました。"
    case .cut(_, _, nil): "最初のルーターからも応答がありません。"
    case Difference.none?: "経路は以前と同じです。"
    case nil: ""
    }
  }
}
