import Testing
import Wire

@testable import Measurement

@Suite("What an agent may report")
struct PathRecordPlausibilityTests {
  private var record: PathRecord {
    let path = Path(site: "tsu", target: "hq", route: .direct)
    let id = PathRecord.ID(
      agent: "tsu", boot: 1, path: path, origin: .probe(kind: "stamp"), intervalStart: WallTime(seconds: 1_800_000_000))
    return PathRecord(id: id, length: .seconds(15))
  }

  @Test("A day's record of a thousand packets a second is")
  func plausible() {
    var record = record
    record.length = .seconds(86_400)
    record.loss = LossCounts(sent: 86_400_000, received: 86_400_000)
    record.roundTrip = Distribution(count: 86_400_000, sum: 1)
    #expect(record.isPlausible)
  }

  @Test("More packets, frames or days than anything could have measured are not")
  func implausible() {
    let changes: [@Sendable (inout PathRecord) -> Void] = [
      { $0.length = .seconds(86_401) }, { $0.id.intervalStart = WallTime(seconds: -1) },
      { $0.id.intervalStart = WallTime(seconds: 7_258_118_401) }, { $0.loss.sent = 1 << 33 },
      { $0.loss.forwardLost = .max },
      { $0.roundTrip = Distribution(count: 1 << 33, sum: 0) },
      { $0.phases[.connect] = Distribution(count: .max, sum: 0) },
      { $0.playout = Playout(frames: 1 << 33, concealedFrames: 0) }, { $0.dscp.arrived[46] = 1 << 33 },
    ]
    for change in changes {
      var record = record
      change(&record)
      #expect(!record.isPlausible)
    }
  }
}
