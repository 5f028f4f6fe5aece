import API
import Testing

@testable import Dashboard

@Suite("Dashboard state")
struct DashboardStateTests {
  @Test("Paths are ordered worst first: bad, unknown, then good by share of the limit")
  func worstFirst() {
    var state = DashboardState(address: "", words: Words(.en), utcOffset: 0)
    state.receive(SampleOverview.overview)
    #expect(state.worstFirst.map(\.verdict) == [.bad, .unknown, .good, .good])
    #expect(state.worstFirst[2].origin == "call uplink")
  }

  @Test("The selection stays within the list, also when the list shrinks")
  func selection() {
    var state = DashboardState(address: "", words: Words(.en), utcOffset: 0)
    state.press(.down, pageRows: 5)
    #expect(state.selection == 0)
    state.receive(SampleOverview.overview)
    state.press(.end, pageRows: 5)
    #expect(state.selection == 3)
    state.press(.down, pageRows: 5)
    #expect(state.selection == 3)
    var shorter = SampleOverview.overview
    shorter.paths.removeLast(2)
    state.receive(shorter)
    #expect(state.selection == 1)
    state.press(.pageUp, pageRows: 5)
    #expect(state.selection == 0)
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
