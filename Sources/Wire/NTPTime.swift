/// NTP's 64-bit timestamp: 32 bits of seconds since 1900 and 32 bits of fraction (RFC 5905 section 6).
///
/// Sender reports and STAMP carry it. The seconds wrap in 2036; `wallTime(near:)` finds the right era.
@frozen public struct NTPTime: Hashable, Sendable, BitwiseCopyable {
  public var bits: UInt64

  @inlinable public init(bits: UInt64) {
    self.bits = bits
  }

  /// Seconds from 1900-01-01 to 1970-01-01 (RFC 868).
  @usableFromInline static let unixEpochSeconds: Int64 = 2_208_988_800

  /// Rounds to the nearest fraction of 2^-32 s.
  @inlinable public init(_ time: WallTime) {
    var seconds = time.nanoseconds / 1_000_000_000
    var nanoseconds = time.nanoseconds % 1_000_000_000
    if nanoseconds < 0 {
      seconds -= 1
      nanoseconds += 1_000_000_000
    }
    let fraction = ((UInt64(nanoseconds) << 32) + 500_000_000) / 1_000_000_000
    let era = UInt64(UInt32(truncatingIfNeeded: seconds &+ Self.unixEpochSeconds))
    bits = (era << 32) &+ fraction
  }

  /// The instant this timestamp means, in the era that puts it closest to `reference`.
  @inlinable public func wallTime(near reference: WallTime) -> WallTime {
    let difference = Int64(bitPattern: bits &- NTPTime(reference).bits)
    let seconds = difference >> 32
    let fraction = UInt64(bitPattern: difference) & 0xffff_ffff
    let nanoseconds = Int64((fraction &* 1_000_000_000 &+ 0x8000_0000) >> 32)
    return reference.advanced(byNanoseconds: seconds &* 1_000_000_000 &+ nanoseconds)
  }

  /// The middle 32 bits, as sender and receiver reports echo them (RFC 3550 section 6.4.1, LSR).
  @inlinable public var compact: UInt32 {
    UInt32(truncatingIfNeeded: bits >> 16)
  }
}
