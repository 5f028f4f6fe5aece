import Testing

@testable import Dashboard

@Suite("The table of paths")
struct PathTableTests {
  @Test("Sixteen columns of a name can be read on 80, and all fits at any width", arguments: [Words(.ja), Words(.en)])
  func names(words: Words) {
    for columns in 60...240 {
      let layout = PathTable.Layout(columns: columns, words: words, labels: ["voice", "video"])
      #expect(layout.name >= (columns < 80 ? 8 : 16), "\(columns) columns")
      #expect(layout.trend >= (columns < 80 ? 0 : 5), "\(columns) columns")
      let figures = layout.loss + layout.jitter + layout.latency
      #expect(3 + layout.verdict + 2 * (layout.name + 1) + layout.kind + figures + layout.trend <= columns)
    }
  }

  @Test("Where units stand in the header, a figure has none")
  func units() {
    #expect(FigureText.withoutUnit(0.001) == "<0.01")
    #expect(FigureText.withoutUnit(nil) == FigureText.unmeasured)
  }
}
