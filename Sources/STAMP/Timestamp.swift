import Wire

/// The two formats of a test packet's timestamps; the error estimate beside one says which it is (RFC 8186).
public enum TimestampFormat: Sendable, Hashable, CaseIterable {
  /// 32 bits of seconds since 1900 UTC, 32 of fraction.
  case ntp
  /// IEEE 1588's, truncated: 32 bits of seconds since 1970 TAI, 32 of nanoseconds.
  case ptp
}

/// A test packet's 64-bit timestamp.
@frozen public struct Timestamp: Sendable, Hashable, BitwiseCopyable {
  public var bits: UInt64

  public init(bits: UInt64) {
    self.bits = bits
  }

  /// International Atomic Time minus UTC since 2017.
  public static let taiOffset: Duration = .seconds(37)

  public init(_ time: WallTime, format: TimestampFormat = .ntp) {
    switch format {
    case .ntp:
      bits = NTPTime(time).bits
    case .ptp:
      let atomic = time + Self.taiOffset
      let second = atomic.floored(to: .seconds(1))
      let seconds = UInt32(truncatingIfNeeded: second.nanoseconds / 1_000_000_000)
      bits = UInt64(seconds) << 32 | UInt64(atomic.nanoseconds(since: second))
    }
  }

  /// The instant meant, in the era nearest to `reference`: both formats' seconds wrap.
  public func wallTime(format: TimestampFormat, near reference: WallTime) -> WallTime {
    switch format {
    case .ntp:
      return NTPTime(bits: bits).wallTime(near: reference)
    case .ptp:
      let atomic = (reference + Self.taiOffset).floored(to: .seconds(1))
      let seconds = UInt32(truncatingIfNeeded: atomic.nanoseconds / 1_000_000_000)
      let distance = Int64(UInt32(truncatingIfNeeded: bits >> 32).serialDistance(from: seconds))
      let nanoseconds = Int64(bits & 0xffff_ffff) &- Self.taiOffset.nanoseconds
      return atomic.advanced(byNanoseconds: distance &* 1_000_000_000 &+ nanoseconds)
    }
  }
}
