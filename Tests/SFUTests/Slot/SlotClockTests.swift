import Testing
import Wire

@testable import SFU

@Suite("Slot clock")
struct SlotClockTests {
  private static func time(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: milliseconds * 1_000_000)
  }

  @Test("The line runs at the clock's rate, over the wrap and for days")
  func line() {
    let clock = SlotClock(clockRate: 48_000, at: Self.time(0), timestamp: .max - 47_999)
    #expect(clock.timestamp(at: Self.time(1000)) == 0)
    #expect(clock.timestamp(at: Self.time(2000)) == 48_000)
    #expect(clock.timestamp(at: Self.time(-1000)) == UInt32.max - 95_999)
    let days: Int64 = 5 * 86_400
    #expect(clock.timestamp(at: Self.time(days * 1000)) == UInt32(truncatingIfNeeded: (days - 1) * 48_000))
    #expect(clock.time(of: 48_000) == Self.time(2000))
  }

  @Test("It follows the playing source, and goes on from there")
  func follow() {
    var clock = SlotClock(clockRate: 90_000, at: Self.time(0), timestamp: 0)
    clock.follow(90_900, at: Self.time(1000))
    #expect(clock.timestamp(at: Self.time(1000)) == 90_900)
    #expect(clock.timestamp(at: Self.time(2000)) == 180_900)
  }

  @Test("A broken clock does not carry it away")
  func pull() {
    var clock = SlotClock(clockRate: 90_000, at: Self.time(0), timestamp: 0)
    clock.follow(90_000 + 45_001, at: Self.time(1000))
    #expect(clock.timestamp(at: Self.time(1000)) == 90_000)
    clock.follow(90_000 + 45_000, at: Self.time(1000))
    #expect(clock.timestamp(at: Self.time(1000)) == 135_000)
  }

  @Test("Ticks are rounded to the nearest")
  func rounding() {
    #expect(SlotClock.ticks(33_333_333, at: 90_000) == 3000)
    #expect(SlotClock.ticks(-33_333_333, at: 90_000) == 0 &- 3000)
    #expect(SlotClock.nanoseconds(3000, at: 90_000) == 33_333_333)
  }
}
