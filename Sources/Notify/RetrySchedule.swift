/// How long to wait after a failed delivery: 5 s, doubled each time, never more than 5 min, without end.
public struct RetrySchedule: Sendable, Hashable {
  public var first: Duration
  public var longest: Duration

  public init(first: Duration = .seconds(5), longest: Duration = .seconds(300)) {
    self.first = first
    self.longest = longest
  }

  /// The wait after `failures` failures in a row (1 or more).
  public func delay(afterFailures failures: Int) -> Duration {
    var delay = first
    for _ in 1..<max(1, failures) {
      if delay >= longest { break }
      delay *= 2
    }
    return min(delay, longest)
  }
}
