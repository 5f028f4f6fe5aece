import Foundation
import Testing
import Wire

@testable import History

@Suite("Agents and jobs in the history")
struct AgentTests {
  private let temporary: TemporaryFolder
  private let now = WallTime(seconds: 1_800_000_000)

  init() throws {
    temporary = try TemporaryFolder()
  }

  private func open() throws -> HistoryStore {
    try HistoryStore(folder: DataFolder(path: temporary.path))
  }

  @Test("A code is good for one key, once, before it expires; a new key ends the site's earlier one")
  func redeem() async throws {
    let store = try open()
    func enrol(_ code: UInt8, at time: WallTime, key: UInt8) async throws -> StoredAgent? {
      try await store.redeem([code], for: [key], at: time, replacedBecause: "replaced")
    }
    try await store.put(StoredEnrolment(code: [1], site: "tsu", expires: now + .seconds(60)))
    #expect(try await enrol(2, at: now, key: 10) == nil)
    #expect(try await enrol(1, at: now + .seconds(60), key: 10) == nil)
    #expect(try await enrol(1, at: now + .seconds(59), key: 10)?.site == "tsu")
    #expect(try await enrol(1, at: now + .seconds(59), key: 11) == nil)
    try await store.put(StoredEnrolment(code: [2], site: "tsu", expires: now + .seconds(600)))
    #expect(try await enrol(2, at: now + .seconds(100), key: 12)?.key == [12])
    let agents = try await store.agents()
    #expect(agents.map(\.key) == [[10], [12]])
    #expect(agents.map(\.reason) == ["replaced", nil])
    #expect(agents.map { $0.ended == nil } == [false, true])
  }

  @Test("A site has one code: another takes its place, and revoking takes both code and key")
  func revoke() async throws {
    let store = try open()
    for code in [UInt8(1), 2] {
      try await store.put(StoredEnrolment(code: [code], site: "tsu", expires: now + .seconds(60)))
    }
    #expect(try await store.enrolments().map(\.code) == [[2]])
    #expect(try await store.revoke("tsu", at: now, because: "stolen"))
    #expect(try await store.enrolments().isEmpty)
    #expect(try await store.revoke("tsu", at: now, because: "stolen") == false)
    try await store.put(StoredEnrolment(code: [3], site: "tsu", expires: now + .seconds(60)))
    _ = try await store.redeem([3], for: [30], at: now, replacedBecause: "")
    #expect(try await store.revoke("tsu", at: now, because: "stolen"))
    #expect(try await store.agents().map(\.reason) == ["stolen"])
  }

  @Test("Versions of job sets only grow, whatever is deleted, and sets that nobody is meant for go")
  func jobSets() async throws {
    var store: HistoryStore? = try open()
    for body in [UInt8(1), 2, 3] {
      _ = try await store?.publish([body], at: now) { rollout, version in
        rollout = StoredRollout(current: version, previous: rollout.current)
      }
    }
    #expect(try await store?.jobSets().map(\.version) == [2, 3])
    try await store?.put(StoredRollout(current: 2))
    #expect(try await store?.jobSets().map(\.body) == [[2]])
    store = nil
    let reopened = try open()
    #expect(try await reopened.rollout() == StoredRollout(current: 2))
    let (set, rollout) = try await reopened.publish([4], at: now) { rollout, version in
      rollout.trial = version
      rollout.trialSites = ["tsu"]
    }
    #expect(set.version == 4)
    #expect(rollout == StoredRollout(current: 2, trial: 4, trialSites: ["tsu"]))
  }
}
