import Alerting
import Measurement
import Testing

@Suite struct EvidenceTests {
  private func evidence(_ record: PathRecord) throws -> Evidence {
    try #require(Objective().judge(record, basis: .roundTrip)).evidence
  }

  @Test("Loss says which way packets are lost, as far as that is known")
  func loss() throws {
    let cases: [(UInt64?, UInt64?, UInt64, Evidence.Loss)] = [
      (50, 0, 0, .forward), (0, 50, 0, .reverse), (25, 25, 0, .both), (nil, nil, 50, .unknownDirection),
      (49, 0, 1, .unknownDirection),
    ]
    for (forward, reverse, unknown, expected) in cases {
      let record = PathRecord.good().with { record in
        record.loss = LossCounts(
          sent: 1_000, received: 950, forwardLost: forward, reverseLost: reverse, roundTripLost: unknown)
      }
      #expect(try evidence(record).loss == expected)
    }
  }

  @Test("A long and even delay is a long way, an uneven one a queue")
  func delay() throws {
    #expect(try evidence(.good().with { $0.roundTrip = Distribution([200_000_000, 201_000_000]) }).delay == .steady)
    #expect(try evidence(.good().with { $0.roundTrip = Distribution([10_000_000, 400_000_000]) }).delay == .varying)
  }

  @Test("Jitter says in which direction the delay jumps")
  func jitter() throws {
    let jumping = Distribution([31_000_000])
    #expect(try evidence(.good().with { $0.delayVariation = jumping }).jitter == .forward)
    #expect(try evidence(.good().with { $0.reverseDelayVariation = jumping }).jitter == .reverse)
    let both = PathRecord.good().with { record in
      record.delayVariation = jumping
      record.reverseDelayVariation = jumping
    }
    #expect(try evidence(both).jitter == .both)
  }

  @Test("A changed DSCP is told with a breach")
  func remarked() throws {
    let record = PathRecord.good().losing(50).with { $0.dscp = DSCPSeen(sent: 46, arrived: [0: 950]) }
    #expect(try evidence(record).isRemarked)
    #expect(try !evidence(record.with { $0.dscp.arrived = [46: 950] }).isRemarked)
  }

  @Test("Every kind of evidence has its sentence in both languages")
  func words() {
    var all: [Evidence] = []
    func add(_ change: (inout Evidence) -> Void) {
      var evidence = Evidence()
      change(&evidence)
      all.append(evidence)
    }
    for loss in [Evidence.Loss.everything, .forward, .reverse, .both, .unknownDirection] { add { $0.loss = loss } }
    for direction in [Evidence.Direction.forward, .reverse, .both] { add { $0.jitter = direction } }
    for delay in [Evidence.Delay.steady, .varying] { add { $0.delay = delay } }
    for reason in UnknownReason.allCases { add { $0.reason = reason } }
    add { $0.isRemarked = true }
    add { $0.participants = Evidence.Participants(bad: 2, judged: 5) }
    #expect(Set(all.map(\.english)).count == all.count)
    #expect(Set(all.map(\.japanese)).count == all.count)
    #expect(all.allSatisfy { $0.english.hasSuffix(".") && $0.japanese.hasSuffix("。") })
    #expect(Evidence().english.isEmpty && Evidence().japanese.isEmpty)
  }

  @Test("Sentences follow on one another")
  func several() {
    var evidence = Evidence()
    evidence.loss = .forward
    evidence.delay = .varying
    #expect(
      evidence.english
        == "Packets are lost on the way there only. The delay rises far above its minimum: a line is full.")
  }
}
