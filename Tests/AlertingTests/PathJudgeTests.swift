import Alerting
import Measurement
import Testing
import Wire

@Suite struct PathJudgeTests {
  private func at(_ seconds: Int64) -> WallTime { WallTime(seconds: seconds) }

  /// The verdicts with the seconds their intervals start at.
  private func brief(_ judgements: [Judgement]) -> [String] {
    judgements.map { "\($0.interval.start.nanoseconds / 1_000_000_000) \($0.verdict)" }
  }

  @Test("An interval is judged when its end and the grace have passed")
  func ordinary() {
    var judge = PathJudge(series: PathRecord.probe, rules: .init())
    #expect(judge.take(.good(at: 15), now: at(32)).isEmpty)
    #expect(judge.advance(to: at(37)).isEmpty)
    #expect(brief(judge.advance(to: at(38))) == ["15 good"])
    #expect(judge.advance(to: at(39)).isEmpty)
    #expect(judge.firstUnjudged == at(30))
  }

  @Test("Parts of an interval are judged as one, the highest revision of each")
  func parts() throws {
    var judge = PathJudge(series: PathRecord.probe, rules: .init())
    // 30 of 3 000 is 1 %; the uncorrected first part alone had 5 %.
    for record in [
      PathRecord.good(at: 0, length: .seconds(5)).losing(50), .good(at: 5, length: .seconds(5)).losing(10),
      .good(at: 10, length: .seconds(5)).losing(10), .good(at: 0, length: .seconds(5), revision: 1).losing(10),
    ] {
      #expect(judge.take(record, now: at(17)).isEmpty)
    }
    let judgement = try #require(judge.advance(to: at(23)).first)
    #expect(judgement.verdict == .good)
    #expect(judgement.lossPercent == 1)
    #expect(judgement.interval == PathRecord.Interval(start: at(0), length: .seconds(15)))
  }

  @Test("While records still come, the interval waits for more")
  func busy() {
    var judge = PathJudge(series: PathRecord.probe, rules: .init())
    _ = judge.take(.good(at: 0, length: .seconds(5)), now: at(22))
    #expect(judge.advance(to: at(23)).isEmpty)
    #expect(brief(judge.advance(to: at(24))) == ["0 good"])
  }

  @Test("Intervals without records are unknown where the path is expected, and nothing where it is not")
  func silence() {
    var expected = PathJudge(series: PathRecord.probe, rules: .init())
    _ = expected.take(.good(at: 0), now: at(17))
    #expect(brief(expected.advance(to: at(53))) == ["0 good", "15 unknown", "30 unknown"])
    var calls = PathJudge(series: PathRecord.uplink, rules: .init(isExpected: false))
    _ = calls.take(.good(PathRecord.uplink, at: 0), now: at(17))
    #expect(brief(calls.advance(to: at(53))) == ["0 good"])
  }

  @Test("A path never heard of is told unknown after an interval's time")
  func neverHeardOf() {
    var judge = PathJudge(series: PathRecord.probe, rules: .init())
    #expect(judge.advance(to: at(100)).isEmpty)
    #expect(judge.advance(to: at(122)).isEmpty)
    #expect(brief(judge.advance(to: at(123))) == ["90 unknown"])
    var calls = PathJudge(series: PathRecord.uplink, rules: .init(isExpected: false))
    #expect((0..<1_000).allSatisfy { calls.advance(to: at($0)).isEmpty })
  }

  @Test("An agent's backlog is judged in order, as it comes")
  func backlog() {
    var judge = PathJudge(series: PathRecord.probe, rules: .init())
    var judgements: [Judgement] = []
    for number in 0..<100 as Range<Int64> {
      judgements += judge.take(.good(at: number * 15).losing(number % 2 == 0 ? 0 : 50), now: at(10_000))
    }
    #expect(judgements.count == 98)
    #expect(brief(Array(judgements.prefix(2))) == ["0 good", "15 bad"])
    judgements = judge.advance(to: at(10_002))
    #expect(brief(Array(judgements.prefix(3))) == ["1470 good", "1485 bad", "9030 unknown"])
    // Of the long silence since, only the newest intervals are told.
    #expect(judgements.count == 2 + 64)
  }

  @Test("Records of judged intervals, of the future or of other series are not judged")
  func refused() {
    var judge = PathJudge(series: PathRecord.probe, rules: .init())
    _ = judge.take(.good(at: 15), now: at(32))
    _ = judge.advance(to: at(38))
    _ = judge.take(.good(at: 15).losing(500), now: at(39))
    _ = judge.take(.good(at: 3_600), now: at(39))
    _ = judge.take(.good(PathRecord.uplink, at: 30), now: at(39))
    _ = judge.take(.good(at: 30), now: at(47))
    #expect(brief(judge.advance(to: at(53))) == ["30 good"])
  }

  @Test("A site's participants are judged together")
  func calls() {
    var judge = PathJudge(series: PathRecord.uplink, rules: .init(isExpected: false))
    for (label, lost) in [("a", 50), ("b", 50), ("c", 0)] as [(String, UInt64)] {
      for second in [0, 5, 10] as [Int64] {
        let record = PathRecord.good(PathRecord.uplink, at: second, length: .seconds(5), label: label).losing(lost)
        _ = judge.take(record, now: at(16))
      }
    }
    let judgements = judge.advance(to: at(23))
    #expect(brief(judgements) == ["0 bad"])
    #expect(judgements.first?.evidence.participants == Evidence.Participants(bad: 2, judged: 3))
    #expect(judgements.first?.series == PathRecord.uplink)
  }

  @Test("An idle interval gives no judgement and holds nothing up")
  func idle() {
    var judge = PathJudge(series: PathRecord.uplink, rules: .init(isExpected: false))
    _ = judge.take(PathRecord.good(PathRecord.uplink, at: 0).with { $0.condition = .idle }, now: at(16))
    _ = judge.take(.good(PathRecord.uplink, at: 15), now: at(31))
    #expect(brief(judge.advance(to: at(38))) == ["15 good"])
  }

  @Test("A clock set forward is no silence, and one set back stops nothing", arguments: [-3_600, 3_600] as [Int64])
  func clockStepped(step: Int64) {
    var judge = PathJudge(series: PathRecord.probe, rules: .init())
    _ = judge.take(.good(at: 7_200), now: at(7_217))
    _ = judge.advance(to: at(7_223))
    _ = judge.take(.good(at: 7_215), now: at(7_232))
    // What has come is judged at once; the interval that the step cut goes on at the new time.
    #expect(brief(judge.clockStepped(to: at(7_233 + step))) == ["7215 good"])
    #expect(judge.firstUnjudged == at(7_230 + step))
    _ = judge.take(.good(at: 7_230 + step), now: at(7_247 + step))
    #expect(brief(judge.advance(to: at(7_253 + step))) == ["\(7_230 + step) good"])
    #expect(brief(judge.advance(to: at(7_268 + step))) == ["\(7_245 + step) unknown"])
  }
}
