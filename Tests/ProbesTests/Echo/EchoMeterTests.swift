import Measurement
import Testing
import Wire

@testable import Probes

@Suite("A meter of requests and their answers")
struct EchoMeterTests {
  private static let start = MonotonicTime(nanoseconds: 1_000_000_000)

  private static func at(_ milliseconds: Int64) -> MonotonicTime {
    start.advanced(byNanoseconds: milliseconds * 1_000_000)
  }

  /// So many requests, one each 100 ms.
  private func meter(_ count: Int) -> EchoMeter {
    var meter = EchoMeter(capacity: count)
    for number in 0..<count { meter.sent(at: Self.at(Int64(number) * 100)) }
    return meter
  }

  private func record(_ meter: EchoMeter) -> PathRecord {
    var record = PathRecord(
      probe: "stun", path: Path(site: "", target: "x", route: .direct), start: WallTime(seconds: 1_800_000_000))
    meter.finish(&record)
    return record
  }

  @Test("Answers are counted, timed, and their round trips' differences taken in order of arrival")
  func answers() {
    var meter = meter(3)
    meter.answered(0, at: Self.at(10))
    meter.answered(1, at: Self.at(120))
    meter.answered(2, at: Self.at(215))
    let record = record(meter)
    #expect((record.loss.sent, record.loss.received, record.loss.lost) == (3, 3, 0))
    #expect(record.roundTrip.sum == 45_000_000)
    #expect(record.delayVariation.count == 2)
    #expect(record.delayVariation.sum == 15_000_000)
    // J: 10/16, then + (5 − 10/16)/16 ms.
    #expect(record.rfc3550Jitter == UInt64((10.0 / 16 + (5 - 10.0 / 16) / 16) * 1e6))
  }

  @Test("What never comes is lost, in bursts; what comes after 2 s is late and lost")
  func losses() {
    var meter = meter(6)
    meter.answered(0, at: Self.at(1))
    meter.answered(3, at: Self.at(301))
    meter.answered(4, at: Self.at(400 + 2_001))
    let record = record(meter)
    #expect((record.loss.sent, record.loss.received, record.loss.late) == (6, 2, 1))
    #expect(record.loss.roundTripLost == 4)
    #expect(record.loss.forwardLost == nil)
    #expect(record.loss.bursts.counts == [0, 2, 0, 0, 0, 0])
  }

  @Test("A second answer is a duplicate, one after a later one reordered, and neither is lost")
  func duplicates() {
    var meter = meter(3)
    meter.answered(1, at: Self.at(105))
    meter.answered(0, at: Self.at(106))
    meter.answered(1, at: Self.at(107))
    meter.answered(2, at: Self.at(205))
    let record = record(meter)
    #expect((record.loss.received, record.loss.duplicates, record.loss.reordered) == (3, 1, 1))
  }

  @Test("More than 60 ms above the least round trip is of no use")
  func discarded() {
    var meter = meter(3)
    meter.answered(0, at: Self.at(10))
    meter.answered(1, at: Self.at(170))
    meter.answered(2, at: Self.at(271))
    #expect(record(meter).loss.discarded == 1)
  }

  @Test("A port that is closed is a target down; one that closes later is refused, not lost")
  func refused() {
    var closed = meter(2)
    closed.refused(0)
    closed.refused(1)
    #expect(record(closed).condition == .targetDown)
    #expect(record(closed).loss.sent == 0)
    var closing = meter(3)
    closing.answered(0, at: Self.at(5))
    for number in 0..<3 { closing.refused(number) }
    #expect(record(closing).condition == .measured)
    #expect((record(closing).loss.sent, record(closing).loss.refused) == (1, 2))
  }

  @Test("An answer that says no serves nobody, but it was an answer, and timed; what could not be sent degrades")
  func failures() {
    var meter = meter(2)
    meter.failed(0, at: Self.start + .milliseconds(5))
    meter.sent(at: Self.at(200))
    meter.unsent()
    let record = record(meter)
    #expect((record.loss.sent, record.loss.received) == (2, 0))
    #expect((record.roundTrip.count, record.roundTrip.mean) == (1, 5_000_000))
    #expect(record.degradations == [.sendErrors])
  }

  @Test("It is settled when every request is answered or too old, and heeds no number it did not send")
  func settled() {
    var meter = meter(2)
    meter.answered(7, at: Self.at(1))
    meter.answered(-1, at: Self.at(1))
    #expect(!meter.isSettled(Self.at(100)))
    meter.answered(0, at: Self.at(1))
    #expect(!meter.isSettled(Self.at(2_100)))
    #expect(meter.isSettled(Self.at(2_101)))
    meter.answered(1, at: Self.at(150))
    #expect(meter.isSettled(Self.at(151)))
  }
}
