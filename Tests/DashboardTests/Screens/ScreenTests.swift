import API
import Testing

@testable import Dashboard

@Suite("Screens")
struct ScreenTests {
  private func state(_ language: Words.Language, screen: Character = "1") -> DashboardState {
    var state = DashboardState(address: "https://127.0.0.1:8443", words: Words(language), utcOffset: 9 * 3600)
    state.receive(SampleOverview.overview)
    state.press(.character(screen), pageRows: 10)
    if let span = state.wantedHistory { state.receive(SampleOverview.history, of: span) }
    return state
  }

  @Test(
    "Every screen is readable at 80×24 in both languages", arguments: ["1", "2", "3", "4", "5", "?"] as [Character])
  func golden(key: Character) throws {
    let name = Screens.all.first { $0.key == key }.map { "\($0.id)" } ?? ""
    try GoldenScreen.expect(Screens.draw(state(.ja, screen: key), columns: 80, rows: 24), "\(name)-ja-80x24")
    try GoldenScreen.expect(Screens.draw(state(.en, screen: key), columns: 80, rows: 24), "\(name)-en-80x24")
  }

  @Test("A wide terminal gives names and trends more room")
  func wide() throws {
    try GoldenScreen.expect(Screens.draw(state(.ja), columns: 132, rows: 30), "overview-ja-132x30")
  }

  @Test("A history that is not there yet, or has nothing, says so")
  func noHistory() {
    var state = DashboardState(address: "", words: Words(.en), utcOffset: 0)
    state.receive(SampleOverview.overview)
    state.press(.character("5"), pageRows: 10)
    #expect(Screens.draw(state, columns: 80, rows: 24).lines[2] == " Reading …")
    var empty = SampleOverview.history
    empty.paths = []
    state.receive(empty, of: SpanOfHistory(site: "tsu", length: .day))
    #expect(Screens.draw(state, columns: 80, rows: 24).lines[2] == " Nothing was measured in this time.")
    // What is shown is never another site's.
    state.press(.up, pageRows: 10)
    #expect(Screens.draw(state, columns: 80, rows: 24).lines[2] == " Reading …")
  }

  @Test("No size makes drawing fail, and a tiny one says so")
  func everySize() {
    for rows in 1...30 {
      for columns in [1, 2, 19, 59, 60, 61, 80, 200] {
        for screen in Screens.all {
          let canvas = Screens.draw(state(.ja, screen: screen.key), columns: columns, rows: rows)
          #expect(canvas.rows == rows && canvas.columns == columns)
        }
      }
    }
    #expect(Screens.draw(state(.en), columns: 40, rows: 5).lines[0].hasPrefix("The terminal is too small"))
  }

  @Test("Before the first overview the screen says what it waits for, and why it fails")
  func waiting() {
    var state = DashboardState(address: "https://mon:8443", words: Words(.en), utcOffset: 0)
    #expect(Screens.draw(state, columns: 80, rows: 24).lines[12] == "  Connecting to https://mon:8443 …")
    state.lose("connection refused")
    #expect(
      Screens.draw(state, columns: 80, rows: 24).lines[12] == "  The monitor cannot be reached: connection refused")
  }

  @Test("A lost connection keeps the last picture and marks it")
  func lost() {
    var state = state(.en)
    state.lose("connection refused")
    let lines = Screens.draw(state, columns: 80, rows: 24).lines
    #expect(lines[0].hasSuffix("▲ lost"))
    #expect(lines[23] == " The monitor cannot be reached: connection refused")
    #expect(lines[3].contains("Tsu office"))
  }

  @Test("Names cannot smuggle escape sequences into the terminal")
  func escapes() {
    let lines = Screens.draw(state(.en, screen: "3"), columns: 80, rows: 24).lines
    #expect(!lines.joined().unicodeScalars.contains { $0.value == 0x1b })
  }

  @Test("Five hundred paths: the selected one is in view and the rest is counted")
  func manyPaths() {
    var overview = SampleOverview.overview
    overview.paths = (0..<500).map { index in
      var path = SampleOverview.overview.paths[0]
      path.label = "\(index)"
      path.target = "site-\(1000 + index)"
      return path
    }
    var state = DashboardState(address: "", words: Words(.en), utcOffset: 0)
    state.receive(overview)
    state.press(.character("2"), pageRows: 10)
    state.press(.end, pageRows: 10)
    let lines = Screens.draw(state, columns: 80, rows: 24).lines
    #expect(lines.contains { $0.contains("site-1499") })
    #expect(lines.contains { $0.contains("more") })
  }

  @Test("What is wrong with the monitoring itself takes the place of the keys, in both languages")
  func troubles() {
    var overview = SampleOverview.overview
    func line(_ language: Words.Language, _ trouble: TroubleStatus) -> String {
      var state = state(language)
      overview.troubles = [trouble]
      state.receive(overview)
      return Screens.draw(state, columns: 80, rows: 24).lines[23]
    }
    let delivery = TroubleStatus(kind: "delivery", channel: "team", waiting: 3, since: 0, reason: "down")
    #expect(line(.en, delivery) == " ▲ Channel team takes no notifications: 3 wait.")
    #expect(line(.ja, delivery) == " ▲ 通知が「team」に届いていません（3件待機中）")
    let late = TroubleStatus(kind: "late", waiting: 3, since: 0, reason: "late")
    #expect(line(.en, late) == " ▲ 3 records came too late to be kept one by one.")
    #expect(line(.ja, late) == " ▲ 保存期間を過ぎた記録が3件届きました。個別には保存されません。")
    let crowded = TroubleStatus(kind: "crowded", waiting: 3, since: 0, reason: "crowded")
    #expect(line(.en, crowded) == " ▲ A site sends more than is judged (3 left out): look at its agent.")
    #expect(line(.ja, crowded) == " ▲ 記録の多すぎる拠点があります（3件は判定なし）。エージェントを確認")
    for kind in ["history", "damage", "of a newer monitor"] {
      let trouble = TroubleStatus(kind: kind, since: 0, reason: "disk")
      #expect(line(.en, trouble).contains("log") || line(.en, trouble).contains("disk"))
      #expect(line(.ja, trouble).contains("確認してください"))
    }
  }
}
