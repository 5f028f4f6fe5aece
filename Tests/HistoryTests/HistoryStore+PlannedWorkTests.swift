import Alerting
import Testing
import Wire

@testable import History

@Suite("Announced work")
struct AnnouncedWorkTests {
  let temporary: TemporaryFolder
  let store: HistoryStore

  init() throws {
    temporary = try TemporaryFolder()
    store = try HistoryStore(folder: DataFolder(path: temporary.path))
  }

  private func work(_ start: Int64, _ end: Int64, _ reason: String) -> PlannedWork {
    PlannedWork(
      start: WallTime(seconds: start), end: WallTime(seconds: end), reason: reason,
      scopes: [PlannedWork.Scope(end: "tsu", otherEnd: "hq")])
  }

  @Test("What was announced is there in the order of its beginning, with a number of its own")
  func order() async throws {
    for each in [work(200, 300, "b"), work(100, 900, "a")] { try await store.add(each) }
    let all = try await store.plannedWorks()
    #expect(all.map(\.reason) == ["a", "b"])
    #expect(Set(all.map(\.id)).count == 2)
    var first = try #require(all.first)
    first.id = 0
    #expect(first == work(100, 900, "a"))
  }

  @Test("Work that has not begun is taken back, work that goes on is ended, and what is over stays")
  func ended() async throws {
    for each in [work(100, 200, "over"), work(100, 400, "goes on"), work(300, 400, "next")] {
      try await store.add(each)
    }
    for each in try await store.plannedWorks() { try await store.endPlannedWork(each.id, at: WallTime(seconds: 300)) }
    let left = try await store.plannedWorks()
    #expect(left.map(\.reason) == ["over", "goes on"])
    #expect(left.map(\.end) == [200, 300].map { WallTime(seconds: $0) })
  }
}
