import Testing
import Wire

@Suite("NTP time")
struct NTPTimeTests {
  @Test("The Unix epoch is 2,208,988,800 s after NTP's (RFC 868)")
  func epoch() {
    #expect(NTPTime(.unixEpoch).bits == 2_208_988_800 << 32)
  }

  @Test("Half a second is half of the fraction, before the epoch too")
  func fraction() {
    #expect(NTPTime(WallTime(nanoseconds: 500_000_000)).bits & 0xffff_ffff == 0x8000_0000)
    let halfBefore = NTPTime(bits: 2_208_988_799 << 32 | 0x8000_0000)
    #expect(NTPTime(WallTime(nanoseconds: -500_000_000)) == halfBefore)
  }

  @Test(
    "An instant comes back to the nanosecond, in the right era",
    arguments: [
      0, 1, 999_999_999, 1_792_000_000_123_456_789, 2_085_978_496_000_000_000, 2_085_978_495_999_999_999,
      4_102_444_800_000_000_001,
    ])
  func roundTrip(nanoseconds: Int64) {
    let time = WallTime(nanoseconds: nanoseconds)
    for drift: Int64 in [0, 3_600, -86_400 * 365 * 30] {
      let reference = time.advanced(byNanoseconds: drift * 1_000_000_000)
      let error = NTPTime(time).wallTime(near: reference).nanoseconds(since: time)
      #expect(abs(error) <= 1, "near \(drift) s")
    }
  }

  @Test("Reports echo the middle 32 bits")
  func compact() {
    #expect(NTPTime(bits: 0x1122_3344_5566_7788).compact == 0x3344_5566)
  }
}
