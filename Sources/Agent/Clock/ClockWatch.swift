import Wire

/// How far the agent's wall clock is from the monitor's, by what the monitor's answers say, and since when that holds.
///
/// Each answer gives an offset that is right to within half its round trip (RFC 5905 section 8 with both of the server's
/// stamps taken as one). The answer with the shortest round trip of the last few counts. When the wall clock is set, all
/// begins anew: what was stamped before has another offset, which is not known any more.
struct ClockWatch: Sendable {
  struct Offset: Sendable, Equatable {
    /// To be added to the agent's clock.
    var nanoseconds: Int64
    /// Right to within this.
    var errorNanoseconds: Int64
  }

  static let remembered = 8
  /// The kernel slews without a step; reading two clocks one after the other takes far less than this.
  static let stepNanoseconds: Int64 = 100_000_000

  private var last: ClockReading
  private var offsets: [Offset] = []
  /// The offset holds for what was stamped from then on, on the agent's clock.
  private(set) var since: WallTime

  init(at reading: ClockReading) {
    last = reading
    since = reading.wall
  }

  /// Looks whether the wall clock was set.
  mutating func observe(_ reading: ClockReading) {
    if abs(reading.wallClockStep(since: last)) > Self.stepNanoseconds {
      offsets.removeAll()
      since = reading.wall
    }
    last = reading
  }

  /// Takes the monitor's time from an answer to what was asked at `sent` and came at `received`.
  mutating func take(_ monitor: WallTime, sent: ClockReading, received: ClockReading) {
    observe(sent)
    observe(received)
    let trip = received.monotonic.nanoseconds(since: sent.monotonic)
    let middle = received.wall.advanced(byNanoseconds: -trip / 2)
    offsets.append(Offset(nanoseconds: monitor.nanoseconds(since: middle), errorNanoseconds: trip / 2))
    if offsets.count > Self.remembered { offsets.removeFirst() }
  }

  /// The best of the last few; `nil` before an answer has come since the clock was set.
  var offset: Offset? { offsets.min { $0.errorNanoseconds < $1.errorNanoseconds } }
}
