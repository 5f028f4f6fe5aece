import Measurement
import Testing
import Wire

@Suite struct PathRecordMergingTests {
  private func record(
    boot: UInt64 = 1, second: Int64 = 0, revision: UInt32 = 0, sent: UInt64, received: UInt64,
    condition: PathRecord.Condition = .measured
  ) -> PathRecord {
    PathRecord(
      id: PathRecord.ID(
        agent: "tsu", boot: boot, path: Path(site: "tsu", target: "hq", route: .direct), origin: .probe(kind: "stamp"),
        intervalStart: WallTime(seconds: second), revision: revision),
      length: .seconds(5), condition: condition, loss: LossCounts(sent: sent, received: received),
      clock: ClockQuality(isSynchronized: true, errorNanoseconds: UInt64(second)))
  }

  @Test("The highest revision replaces the others, in whatever order they come")
  func revisions() {
    let records = [
      record(revision: 1, sent: 10, received: 9), record(revision: 0, sent: 10, received: 1),
      record(second: 5, sent: 7, received: 7),
    ]
    #expect(PathRecord.latestRevisions(of: records).map(\.loss.received) == [9, 7])
    #expect(PathRecord.merged(records)?.loss == LossCounts(sent: 17, received: 16))
  }

  @Test("Parts of one interval from before and after a restart add up")
  func restart() throws {
    let whole = try #require(
      PathRecord.merged([record(boot: 2, sent: 3, received: 2), record(boot: 1, sent: 4, received: 4)]))
    #expect(whole.loss == LossCounts(sent: 7, received: 6))
    #expect(whole.id.boot == 1)
    #expect(whole.length == .seconds(5))
  }

  @Test("The merged interval runs from the first start to the last end")
  func hull() throws {
    let whole = try #require(
      PathRecord.merged([record(second: 10, sent: 1, received: 1), record(second: 0, sent: 1, received: 1)]))
    #expect(whole.interval == PathRecord.Interval(start: WallTime(seconds: 0), length: .seconds(15)))
    #expect(whole.clock.errorNanoseconds == 10)
  }

  @Test("Idle parts do not hide measured ones")
  func conditions() {
    let idle = record(sent: 0, received: 0, condition: .idle)
    let measured = record(second: 5, sent: 1, received: 1)
    #expect(PathRecord.merged([idle, measured])?.condition == .measured)
    #expect(PathRecord.merged([idle, record(second: 5, sent: 0, received: 0, condition: .idle)])?.condition == .idle)
  }

  @Test("Phases merge, the first expiry and the worst state stay, playout adds up")
  func exchanges() throws {
    var early = record(sent: 1, received: 1)
    early.phases = [.connect: Distribution([1])]
    early.certificateExpiry = WallTime(seconds: 9)
    early.service = .outage
    early.playout = Playout(frames: 10, concealedFrames: 1)
    var late = record(second: 5, sent: 1, received: 1)
    late.phases = [.connect: Distribution([3]), .transfer: Distribution([4])]
    late.certificateExpiry = WallTime(seconds: 8)
    late.service = .degraded
    late.playout = Playout(frames: 20, concealedFrames: 2)
    let whole = try #require(PathRecord.merged([early, late]))
    #expect(whole.phases[.connect]?.sum == 4)
    #expect(whole.phases[.transfer]?.sum == 4)
    #expect(whole.certificateExpiry == WallTime(seconds: 8))
    #expect(whole.service == .outage)
    #expect(whole.playout == Playout(frames: 30, concealedFrames: 3))
  }

  @Test("What was never verified does not hide what was measured, and idleness does not hide it")
  func unverified() {
    let unverified = record(sent: 1, received: 0, condition: .unverified)
    #expect(PathRecord.merged([unverified, record(second: 5, sent: 1, received: 1)])?.condition == .measured)
    let idle = record(second: 5, sent: 0, received: 0, condition: .idle)
    #expect(PathRecord.merged([unverified, idle])?.condition == .unverified)
  }

  @Test("Nothing merges to nothing")
  func nothing() {
    #expect(PathRecord.merged([]) == nil)
  }
}
