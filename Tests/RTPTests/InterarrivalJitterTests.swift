import RTP
import Testing
import Wire

@Suite("Interarrival jitter")
struct InterarrivalJitterTests {
  @Test("Ruoff's example: 3.1216875 ms, then 3.95576953125 ms")
  func vector() {
    var jitter = InterarrivalJitter(clockRate: 8_000)
    let first = jitter.update(arrival: MonotonicTime(nanoseconds: 25_348_411_000), timestamp: 1240)
    jitter.update(arrival: MonotonicTime(nanoseconds: 25_418_358_000), timestamp: 1400)
    let second = jitter.seconds
    jitter.update(arrival: MonotonicTime(nanoseconds: 25_421_891_000), timestamp: 1560)
    #expect(first == nil)
    #expect(abs(second - 0.003_121_687_5) < 1e-12)
    #expect(abs(jitter.seconds - 0.003_955_769_531_25) < 1e-12)
    #expect(jitter.reported == 31)
  }

  @Test("A steady stream has none, across the timestamp's wrap")
  func steady() {
    var jitter = InterarrivalJitter(clockRate: 48_000)
    for packet in 0..<100 {
      let timestamp = UInt32(truncatingIfNeeded: 0xffff_f000 + packet * 960)
      jitter.update(arrival: MonotonicTime(nanoseconds: Int64(packet) * 20_000_000), timestamp: timestamp)
    }
    #expect(jitter.ticks == 0)
  }
}
