/// An instant of a clock that only goes forward: durations, timers and everything on the packet path.
///
/// Its zero means nothing outside one process. Sans-IO modules are handed `now`; `Transport` reads the clock.
@frozen public struct MonotonicTime: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Nanoseconds since the clock's arbitrary zero.
  public var nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  public static let zero = MonotonicTime(nanoseconds: 0)
  /// Later than every instant: the deadline of a timer that is not set.
  public static let never = MonotonicTime(nanoseconds: .max)

  @inlinable public static func < (left: Self, right: Self) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// Nanoseconds from `earlier` to this instant; negative when `earlier` is the later one.
  @inlinable public func nanoseconds(since earlier: Self) -> Int64 {
    nanoseconds &- earlier.nanoseconds
  }

  @inlinable public func advanced(byNanoseconds interval: Int64) -> Self {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(interval)
    guard overflow else { return Self(nanoseconds: sum) }
    return interval < 0 ? Self(nanoseconds: .min) : .never
  }

  @inlinable public static func + (left: Self, right: Duration) -> Self {
    left.advanced(byNanoseconds: right.nanoseconds)
  }

  @inlinable public static func - (left: Self, right: Self) -> Duration {
    .nanoseconds(left.nanoseconds(since: right))
  }
}

extension Duration {
  /// The whole duration in nanoseconds, held at the ends of `Int64` (292 years).
  @inlinable public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? (seconds < 0 ? .min : .max) : sum
  }
}
