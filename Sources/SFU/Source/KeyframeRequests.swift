import Wire

/// When a source's sender is asked for a keyframe: never twice within the floor, however many slots ask, and again while
/// a slot waits.
struct KeyframeRequests: BitwiseCopyable {
  static let floor: Int64 = 200_000_000
  /// A request or the keyframe may be lost: the next one follows after this long.
  static let patience: Int64 = 500_000_000

  private var lastRequest: MonotonicTime?
  private(set) var isWanted = false
  private(set) var lastKeyframe: MonotonicTime?
  /// How many requests were sent: one for each switch, unless packets are lost.
  private(set) var sentCount: UInt64 = 0

  /// A slot needs a keyframe. `true` when the sender must be asked now; else a request under way or the timer sees to it.
  mutating func want(at now: MonotonicTime) -> Bool {
    let isUnderWay = isWanted
    isWanted = true
    guard let lastRequest else { return true }
    return now.nanoseconds(since: lastRequest) >= (isUnderWay ? Self.patience : Self.floor)
  }

  /// When the sender is to be asked (again); `never` when nobody wants a keyframe.
  var nextDue: MonotonicTime {
    guard isWanted, let lastRequest else { return isWanted ? .zero : .never }
    return lastRequest.advanced(byNanoseconds: isRepeated ? Self.patience : Self.floor)
  }

  /// Whether the wish was already sent once.
  private var isRepeated = false

  mutating func sent(at now: MonotonicTime) {
    lastRequest = now
    isRepeated = true
    sentCount &+= 1
  }

  mutating func keyframeCame(at now: MonotonicTime) {
    lastKeyframe = now
    isWanted = false
    isRepeated = false
  }

  /// Nobody waits any more, or the source has fallen silent.
  mutating func forget() {
    isWanted = false
    isRepeated = false
  }
}
