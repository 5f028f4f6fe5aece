import Measurement
import Testing
import Transport
import Wire

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
    for loss in [0, 10_000, 30_000, 300_000] {
      for delay in [Duration.milliseconds(1), .milliseconds(200)] {
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
