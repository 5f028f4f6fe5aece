import Alerting
import Measurement
import Testing

@Suite struct JudgementTests {
  private func judge(
    _ record: PathRecord, basis: LatencyBasis = .roundTrip, _ objective: Objective = Objective()
  ) -> Judgement? {
    objective.judge(record, basis: basis)
  }

  @Test("An interval in which everything is well is good, with its figures")
  func good() throws {
    let judgement = try #require(judge(.good()))
    #expect(judgement.verdict == .good)
    #expect(judgement.lossPercent == 0)
    #expect(judgement.jitterMilliseconds == 1)
    #expect(judgement.latencyMilliseconds == 10)
    #expect(judgement.delayVariationMilliseconds == 0)
    #expect(judgement.reason == nil)
    #expect(judgement.evidence == Evidence())
  }

  // MARK: Boundaries

  @Test(
    "1.00 % of loss passes, the least more fails",
    arguments: [
      (1_000, 10, Verdict.good), (1_000, 11, .bad), (300, 3, .good), (300, 4, .bad), (1_000_000_007, 10_000_000, .good),
      (1_000_000_007, 10_000_001, .bad), (1, 0, .good), (UInt64.max, UInt64.max / 100, .good),
      (UInt64.max, UInt64.max / 100 + 1, .bad),
    ] as [(UInt64, UInt64, Verdict)])
  func loss(sent: UInt64, lost: UInt64, verdict: Verdict) {
    let record = PathRecord.good().with { record in
      record.loss = LossCounts(sent: sent, received: sent - lost, forwardLost: lost, reverseLost: 0)
    }
    #expect(judge(record)?.verdict == verdict)
  }

  @Test(
    "A mean |D| of 30.0 ms passes, the least more fails",
    arguments: [
      ([30_000_000], Verdict.good), ([30_000_001], .bad), ([20_000_000, 40_000_000], .good),
      ([20_000_000, 40_000_001], .bad),
    ] as [([UInt64], Verdict)])
  func jitter(differences: [UInt64], verdict: Verdict) {
    let there = PathRecord.good().with { $0.delayVariation = Distribution(differences) }
    #expect(judge(there)?.verdict == verdict)
    let back = PathRecord.good().with { $0.reverseDelayVariation = Distribution(differences) }
    #expect(judge(back)?.verdict == verdict)
  }

  @Test(
    "A mean round trip of 150.0 ms passes, the least more fails",
    arguments: [
      ([150_000_000], Verdict.good), ([150_000_001], .bad), ([100_000_000, 200_000_000], .good),
      ([100_000_000, 200_000_001], .bad),
    ] as [([UInt64], Verdict)])
  func latency(roundTrips: [UInt64], verdict: Verdict) {
    let record = PathRecord.good().with { $0.roundTrip = Distribution(roundTrips) }
    #expect(judge(record)?.verdict == verdict)
  }

  // MARK: Latency's basis

  @Test("Site to site is judged one way where both clocks are good, in the worse direction")
  func oneWay() throws {
    let record = PathRecord.good().with { record in
      record.clock = ClockQuality(isSynchronized: true, errorNanoseconds: 1_000)
      record.roundTrip = Distribution([170_000_000])
      record.forwardDelay = Distribution([151_000_000])
      record.reverseDelay = Distribution([19_000_000])
    }
    let judgement = try #require(judge(record, basis: .oneWay))
    #expect(judgement.verdict == .bad)
    #expect(judgement[.latency]?.value == 151_000_000)
    #expect(judgement[.latency]?.isEstimated == false)
  }

  @Test("Without good clocks it is half the round trip, rounded up and marked as an estimate")
  func estimated() throws {
    let record = PathRecord.good().with { record in
      record.roundTrip = Distribution([300_000_000])
      record.forwardDelay = Distribution([999_000_000])
    }
    let judgement = try #require(judge(record, basis: .oneWay))
    #expect(judgement.verdict == .good)
    #expect(judgement[.latency]?.value == 150_000_000)
    #expect(judgement[.latency]?.isEstimated == true)
    let more = record.with { $0.roundTrip = Distribution([300_000_001]) }
    #expect(judge(more, basis: .oneWay)?.verdict == .bad)
  }

  // MARK: Verdicts

  @Test("Loss is judged in the worse direction")
  func worseDirection() {
    let record = PathRecord.good().with { record in
      record.loss = LossCounts(sent: 1_000, received: 985, forwardLost: 8, reverseLost: 7)
    }
    #expect(judge(record)?.verdict == .good)
    let unknown = PathRecord.good().with { $0.loss = LossCounts(sent: 1_000, received: 985, roundTripLost: 15) }
    #expect(judge(unknown)?.verdict == .bad)
  }

  @Test("Packets sent and none received is 100 % loss and bad")
  func nothingReceived() throws {
    let record = PathRecord.good().with { record in
      record.loss = LossCounts(sent: 7, received: 0, roundTripLost: 7)
      record.roundTrip = Distribution()
      record.delayVariation = Distribution()
      record.reverseDelayVariation = Distribution()
    }
    let judgement = try #require(judge(record))
    #expect(judgement.verdict == .bad)
    #expect(judgement.lossPercent == 100)
    #expect(judgement.jitterMilliseconds == nil)
    #expect(judgement.evidence.loss == .everything)
  }

  @Test("What cannot be judged is unknown, never good, with its reason")
  func unknown() throws {
    let cases: [(PathRecord, UnknownReason)] = [
      (.good().with { $0.loss = LossCounts() }, .nothingSent),
      (.good().with { $0.loss = LossCounts(refused: 3) }, .targetDown),
      (.good().with { $0.condition = .targetDown }, .targetDown),
      (.good().with { $0.condition = .receiverSilent }, .receiverSilent),
      (.good().with { $0.condition = .unverified }, .unverified),
      (.good().with { $0.condition = .unreadable }, .unreadable),
      (.good().with { $0.service = .maintenance }, .maintenance),
      (.good().with { $0.degradations = [.captureDrops] }, .captureIncomplete),
      (.good().with { $0.roundTrip = Distribution() }, .incomplete),
    ]
    for (record, reason) in cases {
      let judgement = try #require(judge(record))
      #expect(judgement.verdict == .unknown)
      #expect(judgement.reason == reason)
      #expect(judgement.evidence.reason == reason)
    }
  }

  @Test("What a good verdict needs is the kind's to say")
  func metrics() {
    let request = PathRecord.good().with {
      $0.delayVariation = Distribution()
      $0.reverseDelayVariation = Distribution()
    }
    #expect(judge(request)?.reason == .incomplete)
    #expect(Objective().judge(request, basis: .roundTrip, metrics: [.loss, .latency])?.verdict == .good)
  }

  @Test("What a kind does not judge is shown and breaks nothing")
  func unjudged() throws {
    let slow = PathRecord.good().with { $0.roundTrip = Distribution([900_000_000]) }
    let judgement = try #require(Objective().judge(slow, basis: .roundTrip, metrics: [.loss]))
    #expect(judgement.verdict == .good)
    #expect(judgement.latencyMilliseconds == 900)
  }

  @Test(
    "What a provider says of itself is bad where it says so, and tells why",
    arguments: [
      (ServiceState.operational, Verdict.good), (.degraded, .bad), (.outage, .bad),
    ])
  func service(state: ServiceState, verdict: Verdict) throws {
    let record = PathRecord.good().with { $0.service = state }
    let judgement = try #require(Objective().judge(record, basis: .roundTrip, metrics: []))
    #expect(judgement.verdict == verdict)
    #expect(judgement.evidence.english.contains("provider itself") == (verdict == .bad))
    #expect(judgement.evidence.japanese.contains("事業者自身") == (verdict == .bad))
  }

  @Test("A breach stands even where another metric is missing")
  func badBeatsUnknown() {
    let record = PathRecord.good().losing(50).with { $0.roundTrip = Distribution() }
    #expect(judge(record)?.verdict == .bad)
  }

  @Test("An idle interval is none of the three")
  func idle() {
    #expect(judge(.good().with { $0.condition = .idle }) == nil)
  }

  @Test("Impossible counts from outside do not trap")
  func impossible() {
    let record = PathRecord.good().with {
      $0.loss = LossCounts(sent: 1, received: 0, forwardLost: .max, reverseLost: .max)
    }
    #expect(judge(record)?.verdict == .bad)
  }

  // MARK: Calls

  @Test("A receiver's own jitter is shown and not judged")
  func downlinkJitter() throws {
    let record = PathRecord.good(PathRecord.downlink).with { $0.delayVariation = Distribution([90_000_000]) }
    let judgement = try #require(judge(record))
    #expect(judgement.verdict == .good)
    #expect(judgement.jitterMilliseconds == 90)
    let uplink = PathRecord.good(PathRecord.uplink).with { $0.delayVariation = Distribution([90_000_000]) }
    #expect(judge(uplink)?.verdict == .bad)
  }

  @Test("A call without a known round trip is judged by the rest")
  func callLatency() {
    let record = PathRecord.good(PathRecord.uplink).with { $0.roundTrip = Distribution() }
    #expect(judge(record)?.verdict == .good)
    let slow = PathRecord.good(PathRecord.uplink).with { $0.roundTrip = Distribution([151_000_000]) }
    #expect(judge(slow)?.verdict == .bad)
  }

  @Test("Delay variation is the 95th percentile less the minimum, of the round trip or else of the excess delay")
  func delayVariation() throws {
    let record = PathRecord.good().with { $0.roundTrip = Distribution([10_000_000, 70_000_000]) }
    let variation = try #require(judge(record)?.delayVariation)
    #expect((59_500_000...60_000_000).contains(variation))
    let uplink = PathRecord.good(PathRecord.uplink).with { record in
      record.roundTrip = Distribution()
      record.excessDelay = Distribution([0, 5_000_000])
    }
    #expect(judge(uplink)?.delayVariation == 5_000_000)
  }
}
