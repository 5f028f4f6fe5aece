import Wire

/// Something that is wrong with the monitoring itself, for those who run it.
public struct Trouble: Sendable, Equatable {
  public var kind: Kind
  public var since: WallTime
  /// A sentence that says what to do.
  public var reason: String

  public enum Kind: Sendable, Equatable {
    /// Nothing can be kept at present: records wait at the agents, and no incident begins or ends.
    case history
    /// The history was found damaged in this run.
    case damage
    /// A channel takes no notifications; so many wait for it.
    case delivery(channel: String, waiting: Int)
    /// So many records came in the last day when their time of being kept was over.
    case late(records: Int)
    /// A site sends more than is judged; of so many records or bad intervals nothing followed.
    case crowded(count: Int)

    /// `history`, `damage`, `delivery`, `late` or `crowded`.
    public var word: String {
      switch self {
      case .history: "history"
      case .damage: "damage"
      case .delivery: "delivery"
      case .late: "late"
      case .crowded: "crowded"
      }
    }
  }
}
