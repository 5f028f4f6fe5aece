import Wire

/// The interarrival jitter of one stream in units of its RTP clock (RFC 3550 section 6.4.1 and appendix A.8).
///
/// Feed packets in order of arrival; for video only the first packet of each timestamp, since several share one.
@frozen public struct InterarrivalJitter: Equatable, Sendable, BitwiseCopyable {
  /// Ticks per second of the stream's clock.
  public let clockRate: UInt32
  /// The smoothed estimate in ticks, unrounded.
  public private(set) var ticks: Double = 0
  private var previous: (arrival: MonotonicTime, timestamp: UInt32)?

  public init(clockRate: UInt32) {
    precondition(clockRate > 0, "an RTP clock ticks")
    self.clockRate = clockRate
  }

  /// Takes one packet; gives |D| in ticks, the difference of relative transit times to the packet before, or `nil` for
  /// the first.
  @discardableResult
  public mutating func update(arrival: MonotonicTime, timestamp: UInt32) -> Double? {
    defer { previous = (arrival, timestamp) }
    guard let previous else { return nil }
    let elapsed = Double(arrival.nanoseconds(since: previous.arrival)) * Double(clockRate) / 1e9
    let difference = abs(elapsed - Double(timestamp.serialDistance(from: previous.timestamp)))
    ticks += (difference - ticks) / 16
    return difference
  }

  /// The estimate as a report block carries it.
  public var reported: UInt32 {
    ticks < Double(UInt32.max) ? UInt32(ticks) : .max
  }

  /// The estimate in seconds.
  public var seconds: Double {
    ticks / Double(clockRate)
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.clockRate == right.clockRate && left.ticks == right.ticks
      && left.previous?.arrival == right.previous?.arrival && left.previous?.timestamp == right.previous?.timestamp
  }
}
