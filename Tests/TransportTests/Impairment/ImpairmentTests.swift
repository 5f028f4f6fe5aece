import Testing
import Wire

@testable import Transport

@Suite("An impairment")
struct ImpairmentTests {
  private func at(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: milliseconds * 1_000_000)
  }

  private func fates(
    seed: UInt64 = 1, count: Int = 10_000, _ change: (inout Impairment.Conditions) -> Void
  ) -> [Impairment.Fate] {
    var conditions = Impairment.Conditions()
    change(&conditions)
    var impairment = Impairment(seed: seed, conditions: conditions)
    return (0..<count).map { impairment.decide(bytes: 100, now: at(Int64($0) * 20)) }
  }

  @Test("Without conditions everything leaves when it came")
  func none() {
    #expect(fates(count: 3) { _ in } == [.departs(at: at(0)), .departs(at: at(20)), .departs(at: at(40))])
  }

  @Test("The same seed gives the same fates, another seed others")
  func seeds() {
    let loss = { (conditions: inout Impairment.Conditions) in conditions.lossPerMillion = 30_000 }
    #expect(fates(seed: 7, loss) == fates(seed: 7, loss))
    #expect(fates(seed: 7, loss) != fates(seed: 8, loss))
  }

  @Test("Three per cent loss loses about three per cent, all or none lose all or none")
  func loss() {
    let lost = fates { $0.lossPerMillion = 30_000 }.count { $0 == .lost }
    #expect((240...360).contains(lost))
    #expect(fates { $0.lossPerMillion = 1_000_000 }.allSatisfy { $0 == .lost })
    #expect(fates { $0.lossPerMillion = 0 }.allSatisfy { $0 != .lost })
  }

  @Test("Which datagrams are lost does not depend on the other conditions")
  func independence() {
    let plain = fates { $0.lossPerMillion = 50_000 }.map { $0 == .lost }
    let busy = fates {
      $0.lossPerMillion = 50_000
      $0.jitter = .milliseconds(10)
      $0.duplicationPerMillion = 100_000
      $0.reorderingPerMillion = 100_000
    }.map { $0 == .lost }
    #expect(plain == busy)
  }

  @Test("Delay is exact, jitter stays in its range and keeps the order")
  func delayAndJitter() {
    #expect(fates(count: 2) { $0.delay = .milliseconds(200) } == [.departs(at: at(200)), .departs(at: at(220))])
    var conditions = Impairment.Conditions()
    conditions.delay = .milliseconds(50)
    conditions.jitter = .milliseconds(40)
    var impairment = Impairment(seed: 3, conditions: conditions)
    var last = MonotonicTime.zero
    var spread: Set<Int64> = []
    for index in 0..<1_000 {
      guard case .departs(let departure) = impairment.decide(bytes: 100, now: at(Int64(index))) else { continue }
      #expect(departure >= last)
      #expect((50_000_000...90_000_000).contains(departure.nanoseconds(since: at(Int64(index)))))
      spread.insert(departure.nanoseconds(since: at(Int64(index))) / 10_000_000)
      last = departure
    }
    #expect(spread.count >= 4)
  }

  @Test("A queue that fills adds evenly more up to its end, then nothing; the order is kept")
  func ramp() {
    var conditions = Impairment.Conditions()
    conditions.ramp = .milliseconds(300)
    conditions.rampDuration = .seconds(1)
    var impairment = Impairment(seed: 1, conditions: conditions)
    let departures = [5_000, 5_100, 5_500, 5_990, 6_000, 6_400].map { impairment.decide(bytes: 1, now: at($0)) }
    #expect(departures == [5_000, 5_130, 5_650, 6_287, 6_287, 6_400].map { .departs(at: at($0)) })
    // Other conditions begin anew.
    conditions.delay = .milliseconds(1)
    impairment.conditions = conditions
    #expect(impairment.decide(bytes: 1, now: at(7_000)) == .departs(at: at(7_001)))
    #expect(impairment.decide(bytes: 1, now: at(7_500)) == .departs(at: at(7_651)))
  }

  @Test("A line that stands still once holds all that comes meanwhile, and lets it go together")
  func spike() {
    var conditions = Impairment.Conditions()
    conditions.spike = .milliseconds(200)
    conditions.spikeAfter = .milliseconds(100)
    var impairment = Impairment(seed: 1, conditions: conditions)
    let departures = [0, 99, 100, 150, 299, 310].map { impairment.decide(bytes: 1, now: at($0)) }
    #expect(departures == [0, 99, 300, 300, 300, 310].map { .departs(at: at($0)) })
  }

  @Test("A datagram held back is overtaken by those behind it")
  func reordering() {
    var conditions = Impairment.Conditions()
    conditions.reorderingPerMillion = 1_000_000
    var impairment = Impairment(seed: 1, conditions: conditions)
    #expect(impairment.decide(bytes: 1, now: at(0)) == .departs(at: at(30)))
    impairment.conditions = .none
    #expect(impairment.decide(bytes: 1, now: at(10)) == .departs(at: at(10)))
  }

  @Test("Duplication sends twice")
  func duplication() {
    #expect(fates(count: 1) { $0.duplicationPerMillion = 1_000_000 } == [.departsTwice(at: at(0))])
  }

  @Test("A slow line spaces datagrams by their size, and loses what does not fit its queue")
  func rate() {
    var conditions = Impairment.Conditions()
    conditions.bitsPerSecond = 80_000
    conditions.queueBytes = 250
    var impairment = Impairment(seed: 1, conditions: conditions)
    #expect(impairment.decide(bytes: 100, now: at(0)) == .departs(at: at(10)))
    #expect(impairment.decide(bytes: 100, now: at(0)) == .departs(at: at(20)))
    #expect(impairment.decide(bytes: 100, now: at(0)) == .departs(at: at(30)))
    #expect(impairment.decide(bytes: 100, now: at(0)) == .queueFull)
    #expect(impairment.decide(bytes: 100, now: at(25)) == .departs(at: at(40)))
  }
}
