import LoadTest
import Measurement
import Testing
import Wire

@testable import Probes

@Suite("A meter of two participants' packets")
struct CallMeterTests {
  private static let start = MonotonicTime(nanoseconds: 5_000_000_000)

  private static func at(_ milliseconds: Int) -> MonotonicTime {
    start.advanced(byNanoseconds: Int64(milliseconds) * 1_000_000)
  }

  private static func packet(
    _ content: UInt64, isAudio: Bool = true, at milliseconds: Int, payload: [UInt8] = []
  ) -> Witness.Packet {
    Witness.Packet(isAudio: isAudio, content: content, startsFrame: true, payload: payload, time: at(milliseconds))
  }

  /// A second of voice from the first participant, each packet after `delay`; `nil` loses it.
  private func record(_ delay: (Int) -> Int?) throws -> PathRecord {
    guard var encoder = SpeechEncoder() else { throw ProbeError("libopus refuses") }
    var speech = Speech(seed: 1)
    var meter = CallMeter()
    meter.start(at: Self.at(0))
    var arrivals: [Witness.Packet] = []
    for number in 0..<50 {
      let payload = encoder.encode(speech.frame())
      meter.sent(Self.packet(UInt64(number), at: number * 20), by: 0)
      if let delay = delay(number) {
        arrivals.append(Self.packet(UInt64(number), at: number * 20 + delay, payload: payload))
      }
    }
    for arrival in arrivals.sorted(by: { $0.time < $1.time }) { meter.received(arrival, by: 1) }
    meter.stop(at: Self.at(1_000))
    return try #require(meter.records(from: WallTime(seconds: 1), to: "https://kaigi.example").first)
  }

  @Test("What arrives is counted, timed and heard")
  func everything() throws {
    let record = try record { $0 % 2 == 0 ? 20 : 30 }
    #expect((record.loss.sent, record.loss.received) == (50, 50))
    #expect(record.forwardDelay.mean == 25_000_000)
    #expect(record.delayVariation.mean == 10_000_000)
    #expect(record.playout == Playout(frames: 50, concealedFrames: 0))
    #expect(record.path.label == "voice")
    #expect(record.path.route == .relay)
    #expect(try #require(record.rating()).meanOpinionScore > 4)
  }

  @Test("What is lost is concealed, in bursts; what comes after the buffer has run out is concealed, not lost")
  func losses() throws {
    let record = try record { (10..<13).contains($0) ? nil : $0 == 30 ? 81 : $0 == 40 ? 80 : 20 }
    #expect((record.loss.sent, record.loss.received, record.loss.discarded) == (50, 47, 1))
    #expect(record.loss.bursts.longest == 3)
    #expect(record.playout == Playout(frames: 50, concealedFrames: 4))
    #expect(record.loss.reordered == 2)
  }

  @Test("Only what is sent between start and stop counts; what others say does not")
  func window() throws {
    var meter = CallMeter()
    for number in 0..<4 { meter.sent(Self.packet(UInt64(number), at: number * 10), by: 0) }
    meter.start(at: Self.at(10))
    meter.stop(at: Self.at(30))
    for number in 0..<9 { meter.received(Self.packet(UInt64(number), at: 50), by: 1) }
    let record = try #require(meter.records(from: WallTime(seconds: 1), to: "x").first)
    #expect((record.loss.sent, record.loss.received) == (2, 2))
  }

  @Test("Both ways are one record, and everything flows when all four flows have begun")
  func bothWays() throws {
    var meter = CallMeter()
    meter.start(at: Self.at(0))
    meter.stop(at: Self.at(100))
    for (participant, isAudio) in [(0, true), (1, true), (0, false), (1, false)] {
      #expect(!meter.isFlowing)
      let content = UInt64(participant * 2 + (isAudio ? 1 : 0))
      meter.sent(Self.packet(content, isAudio: isAudio, at: 1), by: participant)
      meter.received(Self.packet(content, isAudio: isAudio, at: 11), by: 1 - participant)
    }
    #expect(meter.isFlowing)
    let records = meter.records(from: WallTime(seconds: 1), to: "x")
    #expect(records.map(\.path.label) == ["voice", "video"])
    #expect(records.map(\.loss.sent) == [2, 2])
    #expect(records.map(\.loss.received) == [2, 2])
    #expect(records[1].playout == nil)
  }

  @Test("A late packet is lost, a second copy a duplicate")
  func lateAndTwice() throws {
    var meter = CallMeter()
    meter.start(at: Self.at(0))
    meter.stop(at: Self.at(100))
    meter.sent(Self.packet(1, at: 1), by: 1)
    meter.sent(Self.packet(2, at: 2), by: 1)
    meter.received(Self.packet(2, at: 22), by: 0)
    meter.received(Self.packet(2, at: 23), by: 0)
    meter.received(Self.packet(1, at: 2_002), by: 0)
    let loss = try #require(meter.records(from: WallTime(seconds: 1), to: "x").first).loss
    #expect((loss.sent, loss.received, loss.late, loss.duplicates) == (2, 1, 1, 1))
  }
}
