import API
import Testing

@testable import Dashboard

@Suite("Dashboard state")
struct DashboardStateTests {
  @Test("Paths are ordered worst first: bad, unknown, then good by share of the limit")
  func worstFirst() {
    var state = DashboardState(address: "", words: Words(.en), utcOffset: 0)
    state.receive(SampleOverview.overview)
    #expect(state.worstFirst.map(\.verdict) == [.bad, .unknown, .good, .good, .good])
    #expect(state.worstFirst[2].origin == "call uplink")
  }

  @Test("The selection stays within the list, also when the list shrinks")
  func selection() {
    var state = DashboardState(address: "", words: Words(.en), utcOffset: 0)
    state.press(.down, pageRows: 5)
    #expect(state.selection == 0)
    state.receive(SampleOverview.overview)
    state.press(.end, pageRows: 5)
    #expect(state.selection == 4)
    state.press(.down, pageRows: 5)
    #expect(state.selection == 4)
    var shorter = SampleOverview.overview
    shorter.paths.removeLast(3)
    state.receive(shorter)
    #expect(state.selection == 1)
    state.press(.pageUp, pageRows: 5)
    #expect(state.selection == 0)
  }

  @Test("Firing comes before pending, a page before a ticket, the newest first; then what is over")
  func urgency() {
    let incident = SampleOverview.overview.incidents[1]
    var overview = SampleOverview.overview
    overview.incidents = [
      ("over", "resolved", "page", 500), ("pending page", "pending", "page", 400), ("ticket", "firing", "ticket", 300),
      ("page", "firing", "page", 100), ("newer page", "firing", "page", 200),
      ("pending ticket", "pending", "ticket", 600),
      ("over later", "resolved", "ticket", 501),
    ].map { id, state, severity, startedAt in
      var other = incident
      (other.id, other.state, other.severity, other.startedAt) = (id, state, severity, startedAt)
      other.endedAt = state == "resolved" ? startedAt + 1 : nil
      return other
    }
    var state = DashboardState(address: "", words: Words(.en), utcOffset: 0)
    state.receive(overview)
    #expect(
      state.incidents.map(\.id) == [
        "newer page", "page", "ticket", "pending page", "pending ticket", "over later", "over",
      ])
    state.press(.character("1"), pageRows: 5)
    let lines = Screens.draw(state, columns: 80, rows: 24).lines
    #expect(lines[22] == " 4 more: 2 pending, 2 resolved")
  }

  @Test("The clock goes on between updates, and stands still where the monitor is lost")
  func clock() {
    var state = DashboardState(address: "", words: Words(.en), utcOffset: 0)
    state.receive(SampleOverview.overview)
    state.pass(7)
    #expect(Screens.draw(state, columns: 80, rows: 24).lines[0].hasSuffix("2026-11-22 01:15:10  ● live"))
    state.lose("gone")
    state.pass(60)
    #expect(Screens.draw(state, columns: 80, rows: 24).lines[0].hasSuffix("as of 2026-11-22 01:15:10  ▲ lost"))
    state.receive(SampleOverview.overview)
    #expect(state.now == SampleOverview.moment)
  }

  @Test("A path's label is whole however narrow its line is, and something of both names")
  func way() {
    var state = DashboardState(address: "", words: Words(.ja), utcOffset: 0)
    state.receive(SampleOverview.overview)
    let incident = SampleOverview.overview.incidents[1]
    #expect(state.way(of: incident, columns: 40) == "津地域庁舎 → 県庁 音声")
    #expect(state.way(of: incident, columns: 20) == "津地域… → 県庁 音声")
    var other = incident
    (other.site, other.target, other.label) = ("hq", "owase", "mesh")
    #expect(state.way(of: other, columns: 25) == "県庁 → 尾鷲地域防災… mesh")
  }

  @Test("q quits; a screen's key opens it; other keys do nothing")
  func keys() {
    var state = DashboardState(address: "", words: Words(.en), utcOffset: 0)
    state.press(.character("x"), pageRows: 5)
    #expect(state.screen == .overview && !state.shouldQuit)
    state.press(.character("4"), pageRows: 5)
    #expect(state.screen == .incidents)
    state.press(.character("q"), pageRows: 5)
    #expect(state.shouldQuit)
  }

  @Test("The language follows the environment as other terminal programs read it")
  func language() {
    #expect(Words.Language(environment: ["LANG": "ja_JP.UTF-8"]) == .ja)
    #expect(Words.Language(environment: ["LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"]) == .en)
    #expect(Words.Language(environment: ["LC_ALL": "", "LC_MESSAGES": "ja_JP.UTF-8"]) == .ja)
    #expect(Words.Language(environment: [:]) == .en)
  }
}
