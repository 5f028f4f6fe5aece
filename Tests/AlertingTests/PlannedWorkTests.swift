import Alerting
import Measurement
import Testing
import Wire

@Suite("Planned work")
struct PlannedWorkTests {
  private static func path(_ site: String, _ target: String) -> Path {
    Path(site: site, target: target, route: .direct)
  }

  @Test(
    "It covers every interval that it touches, and none that only ends or begins with it",
    arguments: [(-15, false), (-14, true), (0, true), (285, true), (299, true), (300, false)] as [(Int64, Bool)])
  func time(second: Int64, isCovered: Bool) {
    let work = PlannedWork(start: WallTime(seconds: 0), end: WallTime(seconds: 300), reason: "line work")
    let interval = PathRecord.Interval(start: WallTime(seconds: second), length: .seconds(15))
    #expect(work.covers(Self.path("tsu", "hq"), interval) == isCovered)
  }

  @Test(
    "A scope is a place, or two that paths lie between, either way round",
    arguments: [
      ("tsu", [true, true, true, false]), ("hq", [true, true, false, true]), ("tsu/hq", [true, true, false, false]),
      ("hq/tsu", [true, true, false, false]), ("ise/10.0.0.1:862", [false, false, false, false]),
    ] as [(String, [Bool])])
  func scopes(text: String, covered: [Bool]) throws {
    let scope = try #require(PlannedWork.Scope(text))
    #expect(scope.description == text)
    let paths = [("tsu", "hq"), ("hq", "tsu"), ("tsu", "ise"), ("ise", "hq")].map { Self.path($0.0, $0.1) }
    #expect(paths.map(scope.covers) == covered)
    let work = PlannedWork(start: WallTime(seconds: 0), end: WallTime(seconds: 1), reason: "", scopes: [scope])
    let interval = PathRecord.Interval(start: WallTime(seconds: 0), length: .seconds(15))
    #expect(paths.map { work.covers($0, interval) } == covered)
  }

  @Test("What has an empty end is no scope", arguments: ["", "/", "tsu/", "/hq"])
  func noScope(text: String) {
    #expect(PlannedWork.Scope(text) == nil)
  }

  @Test("A judgement keeps its figures and says why nobody is held to them")
  func judgement() {
    let planned = Judgement.made(1, .bad).planned(for: "line work")
    #expect(planned.verdict == .planned)
    #expect(planned.plannedWork == "line work")
    #expect(planned[.loss]?.value == 30_000)
    let silent = Judgement.made(1, .unknown).planned(for: "line work")
    #expect(silent.reason == nil)
  }
}
