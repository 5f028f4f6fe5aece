import Testing

@testable import Dashboard

@Suite("Canvas")
struct CanvasTests {
  @Test("A wide character fills two cells and is left out where only one is free")
  func wideCharacters() {
    var canvas = Canvas(columns: 5, rows: 1)
    #expect(canvas.put("県庁所", row: 0, column: 0) == 4)
    #expect(canvas.lines == ["県庁"])
    #expect(canvas.cells.map(\.text) == ["県", "", "庁", "", " "])
  }

  @Test("Runs of one style are joined, and rows outside are ignored")
  func runs() {
    var canvas = Canvas(columns: 6, rows: 1)
    canvas.put("ab", row: 0, column: 0, style: .title)
    canvas.put("cd", row: 0, column: 2)
    canvas.put("nowhere", row: 1, column: 0)
    let runs = canvas.runs(row: 0)
    #expect(runs.map(\.text) == ["ab", "cd  "])
    #expect(runs.map(\.column) == [0, 2])
  }
}
