import STAMP
import Testing
import Wire

@Suite struct TimestampTests {
  private static let time = WallTime(nanoseconds: 1_726_500_000_123_456_789)

  @Test("Both formats come back within a nanosecond", arguments: TimestampFormat.allCases)
  func roundTrip(format: TimestampFormat) {
    let timestamp = Timestamp(Self.time, format: format)
    for offset in [-86_400, 0, 86_400] as [Int64] {
      let reference = Self.time + .seconds(offset)
      #expect(abs(timestamp.wallTime(format: format, near: reference).nanoseconds(since: Self.time)) <= 1)
    }
  }

  @Test("PTP counts TAI seconds since 1970, and nanoseconds")
  func ptp() {
    #expect(Timestamp(Self.time, format: .ptp).bits == (1_726_500_037 << 32) | 123_456_789)
  }

  @Test("NTP counts UTC seconds since 1900")
  func ntp() {
    #expect(Timestamp(WallTime(seconds: 0)).bits == 2_208_988_800 << 32)
  }

  @Test("Seconds that wrapped are read in the era of the reference", arguments: TimestampFormat.allCases)
  func eras(format: TimestampFormat) {
    // NTP's wrap in February 2036, PTP's in 2106.
    for seconds in [2_085_978_495, 2_085_978_497, 4_294_967_250, 4_294_967_300] as [Int64] {
      let time = WallTime(seconds: seconds)
      let read = Timestamp(time, format: format).wallTime(format: format, near: time + .seconds(100))
      #expect(abs(read.nanoseconds(since: time)) <= 1)
    }
  }

  @Test("Any bits are some instant")
  func anyBits() {
    for bits in [0, .max, 0x1234_5678_ffff_ffff] as [UInt64] {
      for format in TimestampFormat.allCases {
        let read = Timestamp(bits: bits).wallTime(format: format, near: Self.time)
        #expect(abs(read.nanoseconds(since: Self.time)) < 1 << 62)
      }
    }
  }
}
