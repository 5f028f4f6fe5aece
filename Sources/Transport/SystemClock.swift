import CLinuxNet
import Wire

/// The machine's clocks: the one place where time is read.
public enum SystemClock {
  /// `CLOCK_MONOTONIC`.
  @inlinable public static var now: MonotonicTime {
    MonotonicTime(nanoseconds: linux_clock_monotonic())
  }

  /// `CLOCK_REALTIME`.
  @inlinable public static var wallTime: WallTime {
    WallTime(nanoseconds: linux_clock_realtime())
  }

  /// Both clocks at one instant. Reads again when it was interrupted between the two.
  public static func reading() -> ClockReading {
    var best: (uncertainty: Int64, reading: ClockReading)?
    for _ in 0..<3 {
      let before = now
      let wall = wallTime
      let uncertainty = now.nanoseconds(since: before)
      if uncertainty < best?.uncertainty ?? .max {
        let middle = before.advanced(byNanoseconds: uncertainty / 2)
        best = (uncertainty, ClockReading(monotonic: middle, wall: wall))
      }
      if uncertainty < 5_000 { break }
    }
    return best?.reading ?? ClockReading(monotonic: now, wall: wallTime)
  }

  /// What the kernel's clock discipline (NTP or PTP daemon) says about the wall clock.
  public static var synchronization: ClockSynchronization {
    let state = linux_clock_state()
    return ClockSynchronization(
      isSynchronized: state.is_synchronized,
      maximumErrorNanoseconds: UInt64(max(state.maximum_error_nanoseconds, 0)),
      taiOffsetSeconds: Int(state.tai_offset_seconds))
  }
}

/// The kernel's word on the wall clock (adjtimex(2)).
public struct ClockSynchronization: Sendable, Equatable {
  public var isSynchronized: Bool
  /// Bound of the wall clock's error; grows while no daemon corrects it.
  public var maximumErrorNanoseconds: UInt64
  /// International Atomic Time minus UTC, 0 when the kernel was not told.
  public var taiOffsetSeconds: Int

  public init(isSynchronized: Bool, maximumErrorNanoseconds: UInt64, taiOffsetSeconds: Int) {
    self.isSynchronized = isSynchronized
    self.maximumErrorNanoseconds = maximumErrorNanoseconds
    self.taiOffsetSeconds = taiOffsetSeconds
  }
}
