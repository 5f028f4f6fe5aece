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

  @Test("Nothing merges to nothing")
  func nothing() {
    #expect(PathRecord.merged([]) == nil)
  }
}
