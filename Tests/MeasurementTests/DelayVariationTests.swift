import Measurement
import Testing
import Wire

@Suite struct DelayVariationTests {
  /// Lars Ruoff's worked example of RFC 3550's jitter at 8 kHz (wireshark-users, February 2007).
  private static let arrivals: [Int64] = [25_348_411_000, 25_418_358_000, 25_421_891_000]
  private static let timestamps: [UInt32] = [1_240, 1_400, 1_560]

  @Test("J follows the worked example")
  func ruoff() {
    var variation = DelayVariation()
    var jitters: [Double] = []
    var differences: [UInt64] = []
    for (arrival, timestamp) in zip(Self.arrivals, Self.timestamps) {
      let time = MonotonicTime(nanoseconds: arrival)
      if let difference = variation.record(rtpTimestamp: timestamp, clockRate: 8_000, arrival: time) {
        differences.append(difference)
        jitters.append(variation.jitter)
      }
    }
    #expect(differences == [49_947_000, 16_467_000])
    #expect(jitters == [3_121_687.5, 3_955_769.53125])
  }

  @Test("Two clocks give the same as RTP time, and their difference cancels out")
  func twoClocks() {
    var variation = DelayVariation()
    let offset: Int64 = -77_000_000_000
    for (index, arrival) in Self.arrivals.enumerated() {
      _ = variation.record(departure: Int64(index) * 20_000_000, arrival: arrival + offset)
    }
    #expect(variation.jitter == 3_955_769.53125)
  }

  @Test(
    "What differs more than packets can is a clock that was set: it counts for nothing, and what follows counts again")
  func clockSet() {
    var variation = DelayVariation()
    let hour: Int64 = 3_600_000_000_000
    func record(_ departure: Int64, _ arrival: Int64) -> UInt64? {
      variation.record(departure: departure, arrival: arrival, limit: 2_000_000_000)
    }
    #expect(record(0, 10) == nil)
    #expect(record(20, hour + 30) == nil)
    #expect(record(hour + 40, hour + 51) == nil)
    #expect(record(hour + 60, hour + 71) == 0)
    #expect(variation.jitter == 0)
  }

  @Test("Packets of one frame count once, with the first")
  func frames() {
    var variation = DelayVariation()
    #expect(variation.record(rtpTimestamp: 0, clockRate: 90_000, arrival: .zero) == nil)
    #expect(variation.record(rtpTimestamp: 0, clockRate: 90_000, arrival: MonotonicTime(nanoseconds: 9)) == nil)
    let next = MonotonicTime(nanoseconds: 33_000_000)
    #expect(variation.record(rtpTimestamp: 2_970, clockRate: 90_000, arrival: next) == 0)
  }

  @Test("An RTP timestamp may wrap")
  func wrap() {
    var variation = DelayVariation()
    _ = variation.record(rtpTimestamp: .max - 79, clockRate: 8_000, arrival: .zero)
    let next = MonotonicTime(nanoseconds: 20_000_000)
    #expect(variation.record(rtpTimestamp: 80, clockRate: 8_000, arrival: next) == 0)
  }

  @Test("A restart has no packet to differ from, and keeps J")
  func restart() {
    var variation = DelayVariation()
    _ = variation.record(departure: 0, arrival: 0)
    #expect(variation.record(departure: 0, arrival: 16) == 16)
    variation.restart()
    #expect(variation.record(departure: 0, arrival: 1_000_000) == nil)
    #expect(variation.jitter == 1)
  }

  @Test("Absurd times wrap instead of trapping")
  func extremes() {
    var variation = DelayVariation()
    _ = variation.record(departure: .min, arrival: .max)
    _ = variation.record(departure: .max, arrival: .min)
    _ = variation.record(departure: 0, arrival: 0)
    #expect(variation.jitter.isFinite)
    #expect(variation.record(rtpTimestamp: 1, clockRate: 0, arrival: .zero) == nil)
  }
}
