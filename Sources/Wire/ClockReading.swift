/// Both clocks at one instant; translates between them for as long as the wall clock does not step.
@frozen public struct ClockReading: Sendable, BitwiseCopyable {
  public var monotonic: MonotonicTime
  public var wall: WallTime

  @inlinable public init(monotonic: MonotonicTime, wall: WallTime) {
    self.monotonic = monotonic
    self.wall = wall
  }

  @inlinable public func wallTime(at instant: MonotonicTime) -> WallTime {
    wall.advanced(byNanoseconds: instant.nanoseconds(since: monotonic))
  }

  @inlinable public func monotonicTime(at instant: WallTime) -> MonotonicTime {
    monotonic.advanced(byNanoseconds: instant.nanoseconds(since: wall))
  }

  /// How far the wall clock was set forward (or back, negative) since `earlier`, in nanoseconds. The kernel slews both
  /// clocks alike, so anything beyond the noise of reading them is a step.
  @inlinable public func wallClockStep(since earlier: ClockReading) -> Int64 {
    wall.nanoseconds(since: earlier.wall) &- monotonic.nanoseconds(since: earlier.monotonic)
  }
}
