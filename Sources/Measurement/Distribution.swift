/// A mergeable summary of durations in nanoseconds: exact count, sum, least and greatest, and a log-linear histogram.
public struct Distribution: Sendable, Equatable {
  public private(set) var count: UInt64 = 0
  public private(set) var sum: UInt64 = 0
  public private(set) var minimum: UInt64?
  public private(set) var maximum: UInt64?

  public init() {}

  public mutating func record(_ nanoseconds: UInt64) {
    count += 1
    sum &+= nanoseconds
    minimum = min(minimum ?? nanoseconds, nanoseconds)
    maximum = max(maximum ?? nanoseconds, nanoseconds)
  }

  /// Exact mean, rounded down; `nil` when empty.
  public var mean: UInt64? { count == 0 ? nil : sum / count }
}
