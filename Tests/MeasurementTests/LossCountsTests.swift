import Measurement
import Testing

@Suite struct LossCountsTests {
  @Test("The worse direction is the one with the greater share, not the greater number")
  func worseDirection() {
    // 50 of 100 there, then 30 of the 50 that arrived.
    let counts = LossCounts(sent: 100, received: 20, forwardLost: 50, reverseLost: 30)
    #expect(counts.worseDirection == (30, 50))
    #expect(LossCounts(sent: 100, received: 97, forwardLost: 2, reverseLost: 1).worseDirection == (2, 100))
  }

  @Test("Losses of unknown direction may belong to either")
  func unknownDirection() {
    let counts = LossCounts(sent: 100, received: 94, forwardLost: 3, reverseLost: 1, roundTripLost: 2)
    #expect(counts.worseDirection == (5, 100))
  }

  @Test("Without directions loss is that of the round trip")
  func roundTrip() {
    #expect(LossCounts(sent: 10, received: 8, roundTripLost: 2).worseDirection == (2, 10))
    #expect(LossCounts(sent: 10, received: 12).worseDirection == (0, 10))
  }

  @Test("Impossible counts from outside do not trap")
  func impossible() {
    let counts = LossCounts(sent: 1, received: 0, forwardLost: .max, reverseLost: .max, roundTripLost: .max)
    #expect(counts.worseDirection.sent <= 1)
  }

  @Test("Counts add up; a direction known in one part is kept")
  func merging() {
    var counts = LossCounts(sent: 1, received: 1, forwardLost: 0, reverseLost: 0, late: 1)
    counts.merge(LossCounts(sent: 3, received: 2, roundTripLost: 1, late: 1, duplicates: 2))
    #expect(
      counts
        == LossCounts(
          sent: 4, received: 3, forwardLost: 0, reverseLost: 0, roundTripLost: 1, late: 2, duplicates: 2))
  }

  @Test("Bursts fall into the classes 1, 2, 3, 4, 5–9, 10 and more")
  func bursts() {
    var bursts = BurstCounts()
    for length in [0, 1, 2, 3, 4, 5, 9, 10, 1_000] as [UInt64] { bursts.record(length: length) }
    #expect(bursts.counts == [1, 1, 1, 1, 2, 2])
    #expect(bursts.longest == 1_000)
    bursts.merge(bursts)
    #expect(bursts.counts == [2, 2, 2, 2, 4, 4])
    #expect(BurstCounts(counts: [1], longest: 1) == nil)
  }

  @Test("Bursts are held against what random losses would make")
  func burstRatio() {
    #expect(LossCounts(sent: 100, received: 100).burstRatio == 1)
    var counts = LossCounts(sent: 100, received: 90)
    counts.bursts.record(length: 10)
    #expect(counts.burstRatio == 9)
    var single = LossCounts(sent: 100, received: 99)
    single.bursts.record(length: 1)
    #expect(single.burstRatio == 1)
  }
}
