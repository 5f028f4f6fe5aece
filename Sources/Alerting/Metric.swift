/// What is judged of a path.
public enum Metric: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  /// Parts per million, of the worse direction.
  case loss
  /// Mean of |D| (RFC 3550) in nanoseconds, of the worse direction.
  case jitter
  /// Mean in nanoseconds, on the path's `LatencyBasis`.
  case latency

  public static func < (left: Metric, right: Metric) -> Bool {
    left.place < right.place
  }

  private var place: Int {
    switch self {
    case .loss: 0
    case .jitter: 1
    case .latency: 2
    }
  }
}
