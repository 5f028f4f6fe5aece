import Wire

/// RFC 3550's difference of transit times, packet by packet (section 6.4.1): |D| for the judged mean, J for comparison.
///
/// Values only: it can stand on the packet path. Gaps in the stream (silence, a muted microphone) need no care, as both
/// clocks run on; after a change of source call `restart()`.
@frozen public struct DelayVariation: Sendable, BitwiseCopyable {
  /// J in nanoseconds: the running mean with gain 1/16.
  public private(set) var jitter: Double = 0
  private var previousArrival: Int64 = 0
  private var previousDeparture: Int64 = 0
  private var previousTimestamp: UInt32 = 0
  private var hasPrevious = false

  public init() {}

  /// Forgets the previous packet, so that the next one has nothing to differ from. J stays.
  public mutating func restart() {
    hasPrevious = false
  }

  /// Takes a packet's two times, in nanoseconds of any two clocks, in order of arrival; gives |D|, or `nil` for a
  /// first packet, and where |D| is above `limit`: no packet is so late, one of the clocks was set.
  public mutating func record(departure: Int64, arrival: Int64, limit: Int64 = .max) -> UInt64? {
    defer {
      (previousArrival, previousDeparture) = (arrival, departure)
      hasPrevious = true
    }
    guard hasPrevious else { return nil }
    let difference = (arrival &- previousArrival) &- (departure &- previousDeparture)
    return difference.magnitude > UInt64(limit) ? nil : self.difference(difference)
  }

  /// The same for an RTP packet; `nil` also for a packet of the same frame as the one before, since only a frame's first
  /// packet left when its timestamp says. `clockRate` is in hertz.
  public mutating func record(rtpTimestamp: UInt32, clockRate: UInt32, arrival: MonotonicTime) -> UInt64? {
    let ticks = Int64(rtpTimestamp.serialDistance(from: previousTimestamp))
    guard clockRate > 0, !hasPrevious || ticks != 0 else { return nil }
    defer {
      previousArrival = arrival.nanoseconds
      previousTimestamp = rtpTimestamp
      hasPrevious = true
    }
    guard hasPrevious else { return nil }
    let elapsed = ticks * 1_000_000_000 / Int64(clockRate)
    return difference((arrival.nanoseconds &- previousArrival) &- elapsed)
  }

  private mutating func difference(_ difference: Int64) -> UInt64 {
    jitter += (Double(difference.magnitude) - jitter) / 16
    return difference.magnitude
  }
}
