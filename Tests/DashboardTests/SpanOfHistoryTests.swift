import Testing

@testable import Dashboard

@Suite("What history is asked for")
struct SpanOfHistoryTests {
  @Test("A site and a span make an address")
  func address() {
    #expect(
      SpanOfHistory(site: "tsu", length: .day).request(at: 1_795_310_103.2)
        == "/v1/history?site=tsu&from=1795223704&to=1795310104")
    #expect(SpanOfHistory(site: "tsu", length: .day).request(at: 1e300).hasSuffix("&to=0"))
    #expect(SpanOfHistory(site: "a&b", length: .week).request(at: 604_800).hasPrefix("/v1/history?site=a%26b&from=0&"))
  }

  @Test("The history's keys choose the span and the path, and its site is that of the path that was selected")
  func keys() {
    var state = DashboardState(address: "", words: Words(.en), utcOffset: 0)
    state.receive(SampleOverview.overview)
    #expect(state.wantedHistory == nil)
    // The first of the worst first is a path of tsu.
    state.press(.character("5"), pageRows: 5)
    #expect(state.wantedHistory == SpanOfHistory(site: "tsu", length: .day))
    state.press(.character("w"), pageRows: 5)
    state.press(.up, pageRows: 5)
    #expect(state.wantedHistory == SpanOfHistory(site: "hq", length: .week))
    state.press(.character("m"), pageRows: 5)
    state.press(.end, pageRows: 5)
    #expect(state.wantedHistory == SpanOfHistory(site: "owase", length: .month))
    state.press(.pageDown, pageRows: 5)
    #expect(state.historyScroll == 0)
    state.press(.character("1"), pageRows: 5)
    #expect(state.wantedHistory == nil)
  }
}
