import Measurement
import Testing
import Transport
import Wire

@testable import Probes

@Suite("What is reported equals what was injected")
struct ImpairmentGridTests {
  /// One impairment on one way or on both.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var forward: Impairment.Conditions
    var reverse: Impairment.Conditions

    var testDescription: String { name }
  }

  private static func conditions(
    loss: Int = 0, delay: Duration = .milliseconds(5), jitter: Duration = .zero, reordering: Int = 0,
    duplication: Int = 0
  ) -> Impairment.Conditions {
    var conditions = Impairment.Conditions()
    conditions.lossPerMillion = loss
    conditions.delay = delay
    conditions.jitter = jitter
    conditions.reorderingPerMillion = reordering
    conditions.reorderingDelay = .milliseconds(70)
    conditions.duplicationPerMillion = duplication
    return conditions
  }

  static let grid: [Case] = {
    var cases: [Case] = []
    for loss in [0, 5_000, 10_000, 10_100, 30_000, 200_000] {
      for delay in [Duration.milliseconds(1), .milliseconds(100), .milliseconds(300)] {
        for jitter in [Duration.zero, .milliseconds(90)] {
          for reordering in [0, 50_000] {
            for way in ["there", "back", "both ways"] {
              let bad = conditions(loss: loss, delay: delay, jitter: jitter, reordering: reordering)
              cases.append(
                Case(
                  name: "loss \(loss) ppm, delay \(delay), jitter \(jitter), reordering \(reordering) ppm \(way)",
                  forward: way == "back" ? conditions() : bad, reverse: way == "there" ? conditions() : bad))
            }
          }
        }
      }
    }
    return cases
  }()

  @Test("Every figure of every interval, over loss, delay, jitter and reordering each way", arguments: grid)
  func exact(_ impaired: Case) {
    var path = ImpairedPath(seed: 42, forward: impaired.forward, reverse: impaired.reverse)
    path.run(.seconds(10))
    path.recover()
    path.finish()
    expectExact(path, intervals: 6)
  }

  private func expectExact(_ path: ImpairedPath, intervals: Int) {
    let (reported, expected) = (path.reported(), path.expected())
    #expect(reported.count == intervals)
    for number in expected.keys.sorted() {
      #expect(reported[number] == expected[number], "interval \(number)")
    }
  }

  @Test("Duplicates, each way and on both, are counted and change nothing else", arguments: [1, 2, 3])
  func duplication(ways: Int) {
    let doubling = Self.conditions(duplication: 100_000)
    var path = ImpairedPath(
      seed: 7, forward: ways & 1 == 0 ? .none : doubling, reverse: ways & 2 == 0 ? .none : doubling)
    path.run(.seconds(10))
    path.recover()
    path.finish()
    expectExact(path, intervals: 6)
    #expect(path.reported().values.reduce(0) { $0 + $1.duplicates } > 30)
  }

  @Test("Losses among duplicates are exact; which way is told as far as the lost answers to duplicates leave it open")
  func lossAmongDuplicates() {
    let bad = Self.conditions(loss: 50_000, duplication: 50_000)
    var path = ImpairedPath(seed: 3, forward: bad, reverse: bad)
    path.run(.seconds(10))
    path.recover()
    path.finish()
    for (number, expected) in path.expected() {
      let reported = path.reported()[number]
      #expect(reported?.received == expected.received)
      #expect(reported?.duplicates == expected.duplicates)
      let lost = expected.forwardLost + expected.reverseLost
      #expect((reported?.forwardLost ?? 0) + (reported?.reverseLost ?? 0) <= lost)
    }
  }

  @Test("A queue that fills to 300 ms within an interval hides from jitter, and shows in latency, PDV and the greatest")
  func ramp() throws {
    var path = ImpairedPath(seed: 1, recordLength: .seconds(15))
    path.run(.seconds(15))
    path.forward.conditions.ramp = .milliseconds(300)
    path.run(.seconds(15))
    path.forward.conditions = .none
    path.run(.seconds(15))
    path.finish()
    expectExact(path, intervals: 3)
    let result = judged(path.records[1])
    let found = try #require(result.streams.first)
    #expect(found.record.loss.lost == 0 && found.record.loss.reordered == 0)
    // 0.4 ms from packet to packet, far from the limit of 30 ms.
    #expect(found.findings.map(\.status) == [.good, .good, .warning])
    let latency = try #require(found.findings.last?.value)
    #expect((148_000_000...152_000_000).contains(latency))
    let variation = try #require(ProbeResult.pdv(found.record))
    #expect((282_000_000...288_000_000).contains(variation))
    #expect((299_000_000...300_000_000).contains(found.record.roundTrip.maximum ?? 0))
    #expect(result.text.contains("greatest 299.60 ms"), "\(result.text)")
  }

  @Test(
    "A line that stands still for 200 ms once shows in the greatest and as packets that come too late for a meeting")
  func spike() throws {
    var path = ImpairedPath(seed: 1, recordLength: .seconds(15))
    path.run(.seconds(15))
    path.reverse.conditions.spike = .milliseconds(200)
    path.reverse.conditions.spikeAfter = .seconds(7)
    path.run(.seconds(15))
    path.finish()
    expectExact(path, intervals: 2)
    let record = path.records[1]
    #expect(record.loss.lost == 0 && record.loss.reordered == 0)
    #expect(record.roundTrip.maximum == 200_000_000)
    // 200, 180, … 80 ms: more than the least and 60 ms.
    #expect(record.loss.discarded == 7)
    #expect(record.roundTrip.percentile(95) ?? .max < 1_000_000)
    #expect(judged(record).text.contains("greatest 200.00 ms"))
    #expect(judged(record).text.contains("discarded 7"))
  }

  private func judged(_ record: PathRecord) -> ProbeResult {
    ProbeResult(
      kind: .stamp, target: "hq", limits: ProbeLimits(), measurements: [ProbeMeasurement(record: record, place: "hq")])
  }

  @Test("Where all is lost all is reported lost, in one burst, and nothing of which way", arguments: [1, 2, 3])
  func totalLoss(ways: Int) {
    let outage = Self.conditions(loss: 1_000_000)
    var path = ImpairedPath(
      seed: 1, forward: ways & 1 == 0 ? .none : outage, reverse: ways & 2 == 0 ? .none : outage,
      recordLength: .seconds(15))
    path.run(.seconds(10))
    path.finish()
    #expect(path.records.map(\.loss.lost) == [500])
    #expect(path.records.map(\.loss.roundTripLost) == [500])
    #expect(path.records.map(\.loss.forwardLost) == [nil])
    // A measurement that ends within a burst counts it.
    #expect(path.records.map(\.loss.bursts.longest) == [500])
    #expect(path.records.map(\.loss.bursts.counts) == [[0, 0, 0, 0, 0, 1]])
  }

  @Test("A burst over an interval's edge is shared out exactly", arguments: [true, false])
  func burstOverEdge(isForward: Bool) {
    var path = ImpairedPath(seed: 1)
    path.run(.milliseconds(1_900))
    let outage = Self.conditions(loss: 1_000_000)
    path.forward.conditions = isForward ? outage : .none
    path.reverse.conditions = isForward ? .none : outage
    path.run(.milliseconds(300))
    path.recover()
    path.run(.seconds(2))
    path.finish()
    expectExact(path, intervals: 3)
    #expect(path.records.map(\.loss.lost) == [5, 10, 0])
    #expect(path.records.map(\.loss.bursts.longest) == [0, 15, 0])
  }

  @Test("An outage longer than anything remembered is all lost; its end tells the direction", arguments: [true, false])
  func longOutage(isForward: Bool) throws {
    var path = ImpairedPath(seed: 1)
    path.run(.seconds(2))
    let outage = Self.conditions(loss: 1_000_000)
    path.forward.conditions = isForward ? outage : .none
    path.reverse.conditions = isForward ? .none : outage
    path.run(.seconds(9))
    path.recover()
    path.run(.seconds(1))
    path.finish()
    let losses = path.records.map(\.loss)
    #expect(losses.map(\.lost) == [0, 100, 100, 100, 100, 50, 0])
    #expect(losses[5].forwardLost == (isForward ? 50 : 0))
    #expect(losses[5].reverseLost == (isForward ? 0 : 50))
    #expect(losses[1].roundTripLost == 100)
  }

  @Test("A reflector that is replaced loses nothing and makes no direction up")
  func reflectorRestart() {
    var path = ImpairedPath(seed: 5, forward: Self.conditions(delay: .milliseconds(90)))
    for _ in 0..<5 {
      path.run(.milliseconds(1_330))
      path.replaceReflector()
    }
    path.recover()
    path.finish()
    expectExact(path, intervals: 4)
    #expect(path.records.allSatisfy { $0.loss.lost == 0 && $0.degradations.contains(.partial) })
  }

  @Test("Losses around a replaced reflector are losses whose direction is not made up")
  func lossAroundRestart() {
    var path = ImpairedPath(seed: 5)
    path.run(.seconds(1))
    path.forward.conditions = Self.conditions(loss: 1_000_000)
    path.run(.milliseconds(200))
    path.replaceReflector()
    path.run(.milliseconds(200))
    path.recover()
    path.finish()
    let loss = path.records[0].loss
    #expect(loss.lost == 20)
    #expect(loss.roundTripLost == 20)
    #expect(loss.forwardLost == 0 && loss.reverseLost == 0)
  }
}
