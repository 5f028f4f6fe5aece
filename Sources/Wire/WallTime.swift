/// An instant of civil time: what a record, an incident and a person mean by "when".
///
/// The wall clock steps; never subtract two readings of it to get a duration.
@frozen public struct WallTime: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Nanoseconds since 1970-01-01 00:00 UTC, leap seconds not counted; good until 2262.
  public var nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  @inlinable public init(seconds: Int64) {
    self.nanoseconds = seconds * 1_000_000_000
  }

  public static let unixEpoch = WallTime(nanoseconds: 0)

  @inlinable public static func < (left: Self, right: Self) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  @inlinable public func nanoseconds(since earlier: Self) -> Int64 {
    nanoseconds &- earlier.nanoseconds
  }

  @inlinable public func advanced(byNanoseconds interval: Int64) -> Self {
    Self(nanoseconds: nanoseconds &+ interval)
  }

  @inlinable public static func + (left: Self, right: Duration) -> Self {
    left.advanced(byNanoseconds: right.nanoseconds)
  }

  @inlinable public static func - (left: Self, right: Self) -> Duration {
    .nanoseconds(left.nanoseconds(since: right))
  }

  /// The start of the tumbling interval of `length` that holds this instant; intervals are aligned to the epoch.
  public func floored(to length: Duration) -> Self {
    let step = length.nanoseconds
    precondition(step > 0, "an interval has a length")
    let remainder = nanoseconds % step
    return advanced(byNanoseconds: -(remainder < 0 ? remainder + step : remainder))
  }
}

/// As a number: nanoseconds since 1970.
extension WallTime: Codable {
  public init(from decoder: any Decoder) throws {
    nanoseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(nanoseconds)
  }
}
